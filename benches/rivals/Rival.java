import java.io.*;
import java.util.*;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.test.Scenario;

/** JavaRosa, the engine of ODK Collect. Prints lines of JSON. Usage: java -cp CLASSES:ODK_Validate.jar Rival FORMS */
public class Rival {
    interface Work { void run(int call) throws Exception; }

    static final double LONGEST = 60_000;
    static PrintStream out;
    static String folder;

    static double now() { return System.nanoTime() / 1e6; }

    static void print(String form, String what, List<Double> samples, int cutOffAt) {
        List<Double> sorted = new ArrayList<>(samples);
        Collections.sort(sorted);
        double median = sorted.get(sorted.size() / 2), low = sorted.get(0), high = sorted.get(sorted.size() - 1);
        String note = cutOffAt < 0 ? "" : ", \"cut_off_at\": " + cutOffAt;
        out.printf(Locale.ROOT, "{\"engine\": \"JavaRosa\", \"form\": \"%s\", \"what\": \"%s\", \"unit\": \"ms\", \"median\": %f, \"low\": %f, \"high\": %f, \"n\": %d%s}%n", form, what, median, low, high, sorted.size(), note);
        out.flush();
    }

    static void print(String form, String what, List<Double> samples) { print(form, what, samples, -1); }

    static List<Double> repeated(int calls, Work work) throws Exception {
        List<Double> samples = new ArrayList<>();
        double begun = now();
        for (int call = 0; call < calls; call++) {
            double start = now();
            work.run(call);
            samples.add(now() - start);
            if (now() - begun > LONGEST) break;
        }
        // The first third warms up, unless it was all that there was time for.
        return samples.size() > 3 ? samples.subList(samples.size() / 3, samples.size()) : samples;
    }

    static Scenario loaded;

    static Scenario load(String name, int times) throws Exception {
        File file = new File(folder, name + ".xml");
        print(name, "load from XForm XML", repeated(times, call -> loaded = Scenario.init(file)));
        return loaded;
    }

    static String root(Scenario s) { return "/" + s.getFormDef().getMainInstance().getRoot().getName(); }

    static void answer(Scenario s, FormIndex at, IAnswerData data) { s.getFormEntryController().answerQuestion(at, data, true); }

    static IAnswerData one(String name) { return new SelectOneData(new Selection(name)); }

    static void mixed(int questions) throws Exception {
        String name = "mixed" + questions;
        Scenario s = load(name, questions > 1000 ? 5 : 18);
        int blocks = questions / 10;
        String last = root(s) + "/b" + blocks + "/b" + blocks + "_";
        int[] of = {1, Math.max(1, blocks / 2)};
        String[] what = {"answer in the first block", "answer in the middle block"};
        for (int at = 0; at < 2; at++) {
            FormIndex age = s.indexOf(root(s) + "/b" + of[at] + "/b" + of[at] + "_age");
            print(name, what[at], repeated(90, call -> { answer(s, age, new IntegerData(20 + call % 50)); s.answerOf(last + "score"); }));
        }
        FormIndex gate = s.indexOf(last + "yn"), region = s.indexOf(last + "region"), gated = s.indexOf(last + "why");
        print(name, "choice that gates a question", repeated(90, call -> { answer(s, gate, one(call % 2 == 0 ? "yes" : "no")); s.answerOf(last + "score"); }));
        print(name, "cascading choice, 12 of 96", repeated(90, call -> { answer(s, region, one("r" + (1 + call % 8))); s.choicesOf(last + "district").size(); }));
        answer(s, gate, one("yes"));
        print(name, "text without dependents", repeated(90, call -> answer(s, gated, new StringData("abc " + call))));
    }

    static void chain(int length) throws Exception {
        String name = "chain" + length;
        Scenario s = load(name, 12);
        FormIndex head = s.indexOf(root(s) + "/q0");
        print(name, "change the head", repeated(60, call -> { answer(s, head, new IntegerData(call + 1)); s.answerOf(root(s) + "/c" + length); }));
    }

    static void fanout(int width) throws Exception {
        String name = "fanout" + width;
        Scenario s = load(name, 12);
        FormIndex gate = s.indexOf(root(s) + "/gate");
        print(name, "toggle the gate", repeated(60, call -> answer(s, gate, one(call % 2 == 0 ? "yes" : "no"))));
    }

    static void rows(int count) throws Exception {
        String name = "repeat" + count;
        Scenario s = count == 100 ? load("repeat_sum", 12) : Scenario.init(new File(folder, "repeat_sum.xml"));
        String total = root(s) + "/total";
        FormEntryController c = s.getFormEntryController();
        List<Double> each = new ArrayList<>();
        double begun = now();
        int made = s.countRepeatInstancesOf(root(s) + "/item");
        c.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        while (made < count && now() - begun < LONGEST) {
            int event = c.stepToNextEvent();
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                double start = now();
                c.newRepeat();
                each.add(now() - start);
                made++;
            } else if (event == FormEntryController.EVENT_END_OF_FORM) break;
        }
        // Only the adding itself: walking to the prompt is no part of it.
        print(name, "add all rows one by one", List.of(each.stream().mapToDouble(Double::doubleValue).sum()), made < count ? made : -1);
        if (made < count) return;
        print(name, "add a row, last ten", each.subList(each.size() - 10, each.size()));
        List<FormIndex> quantity = new ArrayList<>(), price = new ArrayList<>(), names = new ArrayList<>();
        c.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        for (int event; (event = c.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM; ) {
            if (event != FormEntryController.EVENT_QUESTION) continue;
            FormIndex at = c.getModel().getFormIndex();
            switch (at.getReference().getNameLast()) {
                case "qty" -> quantity.add(at);
                case "price" -> price.add(at);
                case "name" -> names.add(at);
                default -> { }
            }
        }
        double typing = now();
        int typed = 0;
        for (; typed < count && now() - typing < LONGEST; typed++) {
            answer(s, quantity.get(typed), new IntegerData(typed % 9 + 1));
            answer(s, price.get(typed), new DecimalData(10));
            s.answerOf(total);
        }
        print(name, "type two answers in every row", List.of(now() - typing), typed < count ? typed : -1);
        print(name, "answer in the first row", repeated(30, call -> { answer(s, quantity.get(0), new IntegerData(50 + call)); s.answerOf(total); }));
        print(name, "answer in the last row", repeated(30, call -> { answer(s, quantity.get(count - 1), new IntegerData(70 + call)); s.answerOf(total); }));
        print(name, "text in a row", repeated(30, call -> answer(s, names.get(count / 2), new StringData("x" + call))));
        print(name, "remove a row", repeated(5, call -> { s.removeRepeat(root(s) + "/item[" + (6 + call) + "]"); s.answerOf(total); }));
    }

    public static void main(String[] arguments) throws Exception {
        out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        folder = arguments[0];
        for (int questions : new int[]{60, 300, 1000, 5000}) mixed(questions);
        for (int length : new int[]{100, 1000}) chain(length);
        for (int width : new int[]{100, 1000}) fanout(width);
        for (int count : new int[]{100, 1000, 5000}) rows(count);
        System.exit(0);
    }
}
