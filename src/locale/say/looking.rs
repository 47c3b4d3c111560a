//! What stands on the screens of records, reviews, pairs, reports and sync, on the palette, and what is said when the
//! program fails.

use crate::locale::Lang;

/// `1 record`, `2 records`: English has two forms, Vietnamese one.
fn counted(lang: Lang, count: usize, vi: &str, one: &str, several: &str) -> String {
    let number = crate::locale::number::format(&count.to_string(), lang);
    match (lang, count) {
        (Lang::Vi, _) => format!("{number} {vi}"),
        (Lang::En, 1) => format!("{number} {one}"),
        (Lang::En, _) => format!("{number} {several}"),
    }
}

/// So many records.
pub fn records(lang: Lang, count: usize) -> String {
    counted(lang, count, "phiếu", "record", "records")
}

/// So many establishments.
pub fn establishments(lang: Lang, count: usize) -> String {
    counted(lang, count, "cơ sở", "establishment", "establishments")
}

/// So many rows.
pub fn rows(lang: Lang, count: usize) -> String {
    counted(lang, count, "dòng", "row", "rows")
}

/// So many pairs that may be one.
pub fn waiting_pairs(lang: Lang, count: usize) -> String {
    counted(lang, count, "cặp nghi trùng", "possible duplicate", "possible duplicates")
}

/// So many revisions.
pub fn revisions(lang: Lang, count: u64) -> String {
    counted(lang, count as usize, "bản lưu", "revision", "revisions")
}

/// So many records that nobody has approved.
pub fn waiting_approval(lang: Lang, count: usize) -> String {
    counted(lang, count, "phiếu chờ duyệt", "record to approve", "records to approve")
}

/// So many files that are missing.
pub fn attachments_missing(lang: Lang, count: usize) -> String {
    counted(lang, count, "tệp đính kèm chưa có ở cả hai nơi", "attached file that neither side has", "attached files that neither side has")
}

/// So many records are marked.
pub fn marked(lang: Lang, count: usize) -> String {
    counted(lang, count, "phiếu đánh dấu (F9: duyệt)", "marked (F9: approve)", "marked (F9: approve)")
}

say! {
    central_gone(kept) "Tệp không còn: lấy lại từ {kept}." "The file is gone: {kept} is taken in."
    key_palette() "tìm lệnh" "find anything"
    key_theme() "đổi màu" "other colours"
    key_record() "phiếu, duyệt" "record, review"
    key_establishment() "trang cơ sở" "the establishment"
    no_establishment() "Phiếu này không về một cơ sở nào." "This record is about no establishment."
    key_duplicates() "nghi trùng" "possible duplicates"
    key_sort() "sắp xếp" "sort"
    key_reverse() "đảo thứ tự" "reverse the order"
    key_mark() "đánh dấu" "mark"
    key_mark_all() "đánh dấu tất cả" "mark all"
    key_approve() "duyệt" "approve"
    key_take_back() "rút lại quyết định" "take the decision back"
    key_next_choice() "giá trị sau" "next value"
    key_previous_choice() "giá trị trước" "previous value"
    key_clear() "bỏ lọc" "no filter"
    key_why() "vì sao" "why"
    key_send_back() "trả lại, hỏi" "return, ask"
    key_answer() "trả lời" "answer"
    key_history() "so bản lưu" "compare"
    key_minutes() "in biên bản" "minutes"
    key_newer() "bản mới hơn" "newer revision"
    key_older() "bản cũ hơn" "older revision"
    key_against_older() "so với bản cũ hơn" "against an older one"
    key_against_newer() "so với bản mới hơn" "against a newer one"
    key_file_before() "tệp trước" "previous file"
    key_file_after() "tệp sau" "next file"
    key_drives() "tìm lại ổ USB" "look for drives again"
    key_cancel() "dừng" "stop"
    key_keep_first() "là một, giữ bên trái" "one: keep the left"
    key_keep_other() "là một, giữ bên phải" "one: keep the right"
    key_apart() "không phải một" "not one"
    key_open_other() "mở phiếu bên phải" "open the right one"
    key_more_answers() "câu sau" "further answers"
    key_earlier_answers() "câu trước" "earlier answers"
    key_save() "xuất tệp" "save as a file"
    key_by() "chia theo" "part by"
    key_tables() "biểu B1–B9" "tables B1–B9"
    key_figures() "về chỉ tiêu" "back to the figures"
    key_period() "chọn kỳ" "pick a period"
    key_next_table() "biểu sau" "next table"
    key_previous_table() "biểu trước" "previous table"
    key_next_format() "dạng tệp khác" "another format"
    key_previous_format() "dạng tệp trước" "previous format"

    waiting_lapsed() "cần duyệt lại" "approve again"

    any() "tất cả" "all"
    filter_title() "Lọc phiếu" "Filter"
    filter_form() "Mẫu phiếu" "Form"
    filter_state() "Trạng thái" "State"
    filter_person() "Người ghi" "Person"
    filter_commune() "Xã, phường" "Commune"
    filter_period() "Kỳ" "Period"
    filter_hint() "← → đổi · gõ để tìm · F5 bỏ lọc · Enter xong" "← → change · type to find · F5 clears · Enter when done"
    filtered_out() "Không có phiếu nào như vậy. F4: đổi bộ lọc." "No record is like that. F4: change the filter."
    in_conflict() "mâu thuẫn" "in conflict"
    with_problem() "có lỗi" "with problems"
    sort_saved() "mới lưu trước" "latest saved first"
    sort_day() "theo ngày" "by day"
    sort_form() "theo mẫu phiếu" "by form"
    sort_state() "theo trạng thái" "by state"
    sort_person() "theo người ghi" "by person"
    sort_name() "theo tên" "by name"

    asks(person, about) "{person} hỏi về: {about}" "{person} asks about: {about}"
    asked_here(person, comment) "{person} hỏi: “{comment}”" "{person} asks: “{comment}”"
    about(label) "về {label}" "about {label}"
    send_back_title(label) "Trả lại, hỏi về: {label}" "Return, asking about: {label}"
    send_back_hint() "Enter: trả lại phiếu cùng câu hỏi; chúng đi theo tệp khi đồng bộ. Esc: thôi." "Enter: return the record with the question; both travel with the next sync. Esc: don't."
    answer_title() "Trả lời câu hỏi" "Answer what is asked"
    answer_hint() "Sửa câu được hỏi rồi nộp (F3) cũng là trả lời. Esc: thôi." "Mending the answer and submitting (F3) answers too. Esc: don't."
    nothing_asked() "Không có câu hỏi nào đang chờ." "Nothing is asked about this record."
    point_at_an_answer() "Dùng ↑ ↓ chọn câu cần hỏi trước." "Point at the answer to ask about first (↑ ↓)."
    supervisors_decide() "Việc này do giám sát quyết định." "A supervisor decides this."
    nothing_to_take_back() "Không có quyết định nào để rút lại." "There is no decision to take back."
    nothing_to_decide() "Đã duyệt từ trước." "Approved already."
    decided(record, state) "{record}: {state}. Ctrl-Z: rút lại." "{record}: {state}. Ctrl-Z takes it back."
    decided_several(records) "Xong: {records}. Ctrl-Z: rút lại." "Done: {records}. Ctrl-Z takes it back."
    taken_back() "Đã rút lại quyết định." "The decision was taken back."
    taken_back_by(person) "đã rút lại ({person})" "taken back ({person})"
    lapsed_by(person) "không còn hiệu lực: sửa sau đó ({person})" "no longer holds: edited after ({person})"

    why_title() "Vì sao có giá trị này" "Why this value"
    why_expression() "Công thức:" "The expression:"
    why_inputs() "Từ các giá trị:" "From these values:"
    compare_title(older, newer, count) "Bản lưu {older} so với {newer} (trong {count})" "Revision {older} against {newer} (of {count})"
    no_difference() "Không có câu trả lời nào khác nhau." "No answer differs."
    note_of(label) "ghi chú: {label}" "note: {label}"
    minutes_title() "In biên bản ra tệp" "Minutes as a file"
    minutes_hint() "Đuôi .docx hoặc .html. Esc: thôi." "Ending in .docx or .html. Esc: don't."
    no_minutes() "Chỉ phiếu kiểm tra, nghiệm thu mới in được biên bản." "Only inspection records have minutes."
    written(path) "Đã ghi {path}" "Written: {path}"

    duplicates_title(count) "Nghi trùng: {count}" "Possible duplicates: {count}"
    duplicates_none() "Không có cặp nào chờ quyết định." "No pair awaits a decision."
    alike_by(reasons) "Giống nhau: {reasons}" "Alike: {reasons}"
    decided_differently() "Đã có quyết định trái nhau: mở phiếu (F3), Ctrl-Z rút lại một." "People decided differently: open the record (F3) and take one back (Ctrl-Z)."
    pair_reason() "Lý do" "The reason"
    link_hint(record, other) "{record} đọc như {other}" "{record} reads as {other}"
    apart_hint() "Hai phiếu vẫn riêng, không hỏi lại." "They stay two and are not asked about again."

    syncing() "Đang đọc và so…" "Reading and comparing…"
    lines_seen(count) "Đã xem {count} dòng." "Lines seen: {count}."
    can_cancel() "Esc: dừng, chưa có gì thay đổi." "Esc: stop; nothing has changed yet."
    stopped() "Đã dừng. Không có gì thay đổi." "Stopped. Nothing was changed."
    on_drive() "USB:" "Drive:"

    parted_by(dimension) "chia theo {dimension}" "parted by {dimension}"
    by_commune() "xã, phường" "commune"
    by_activity() "hoạt động" "activity"
    by_industry() "ngành" "industry"
    by_year() "năm" "year"
    by_collaborator() "cộng tác viên" "collaborator"
    not_parted() "không chia" "not parted"
    pick_by() "Chia con số theo" "Part the figures by"
    pick_period() "Kỳ báo cáo" "Period"
    or_type_period() "Hoặc gõ (2026, 2026-H1, 2026-01-01..2026-03-31):" "Or type (2026, 2026-H1, 2026-01-01..2026-03-31):"
    whole_programme() "cả Chương trình" "the whole programme"
    rests_on(records, unapproved, conflicted, overridden) "{records} · chưa duyệt {unapproved} · mâu thuẫn {conflicted} · vượt cảnh báo {overridden}" "{records} · unapproved {unapproved} · conflicted {conflicted} · overridden {overridden}"
    no_tables() "Chương trình không có biểu nào." "The programme has no tables."
    more_columns() "· → còn cột" "· → more columns"
    save_title() "Xuất báo cáo ra tệp" "Save the report as"
    save_hint() "↑ ↓ đổi dạng: xlsx, html, docx, csv. Enter: ghi." "↑ ↓ another format: xlsx, html, docx, csv. Enter: write."
    report_kind(path, formats) "{path}: báo cáo ghi được ra {formats}." "{path}: a report can be written as {formats}."

    chart_revenue() "Doanh thu" "Revenue"
    chart_workers() "Lao động" "Workers"
    chart_energy() "NL/sản phẩm" "Energy/unit"
    million() "tr" "m"
    billion() "tỷ" "bn"
    chart_before() "trước" "before"
    chart_after() "sau" "after"

    palette_title() "Tìm lệnh" "Find anything"
    palette_hint() "Gõ tên, không cần dấu. Enter: làm. Esc: thôi." "Type a name, no tone marks needed. Enter: do it. Esc: don't."
    go_to(tab) "Tới: {tab}" "Go to: {tab}"
    go_conflicts() "Tới: mâu thuẫn" "Go to: conflicts"
    go_duplicates() "Tới: nghi trùng" "Go to: possible duplicates"
    go_records(what) "Xem phiếu: {what}" "Show records: {what}"
    go_new(form) "Phiếu mới: {form}" "New record: {form}"
    go_language() "English" "Tiếng Việt"
    go_theme() "Đổi màu màn hình" "Other colours"
    theme_is(theme) "Màu: {theme}" "Colours: {theme}"
    theme_dark() "nền tối" "for dark"
    theme_light() "nền sáng" "for light"
    theme_sixteen() "16 màu của cửa sổ" "the terminal's own 16"
    theme_plain() "không màu" "none"

    crashed() "Chương trình gặp lỗi và đã dừng. Những gì đã gõ còn trong phiếu nháp." "The program failed and ended. What was typed is kept in the draft."
    crashed_hint(path) "Mở lại để ghi tiếp. Gửi tệp này cho người phụ trách (không có câu trả lời nào trong đó): {path}" "Start it again to go on. Send this file to whoever looks after the program (it holds no answers): {path}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one() {
        assert_eq!([records(Lang::En, 0), records(Lang::En, 1), records(Lang::En, 2000)], ["0 records", "1 record", "2,000 records"]);
        assert_eq!([records(Lang::Vi, 1), records(Lang::Vi, 2000)], ["1 phiếu", "2.000 phiếu"]);
    }
}
