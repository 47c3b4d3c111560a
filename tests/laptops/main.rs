//! Two to four laptops, a stick and an office do whatever people do, in orders drawn at random: everybody ends with the same
//! bytes, nothing that was called saved is lost, and no decision is asked for twice.
//!
//! `KHUYENCONG_LONG=N` draws N thousand sequences, longer ones. A failing sequence is shortened and printed with its number.

mod draw;
mod world;

use draw::{Dice, Step};
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// Runs a sequence; what went wrong, if anything did.
fn run(number: u64, steps: &[Step]) -> Result<world::Seen, String> {
    let told = |payload: Box<dyn std::any::Any + Send>| payload.downcast_ref::<String>().cloned().or(payload.downcast_ref::<&str>().map(|s| (*s).to_owned()));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(number);
        steps.iter().for_each(|step| world.take(*step));
        world.finish()
    }));
    outcome.map_err(|payload| told(payload).unwrap_or_default())
}

/// Leaves out whatever is not needed for the failure.
fn shorten(number: u64, mut steps: Vec<Step>) -> Vec<Step> {
    let mut part = steps.len() / 2;
    while part > 0 {
        let mut at = 0;
        while at < steps.len() {
            let rest = [&steps[..at], &steps[(at + part).min(steps.len())..]].concat();
            if run(number, &rest).is_err() { steps = rest } else { at += part }
        }
        part /= 2;
    }
    steps
}

fn sequences(numbers: std::ops::Range<u64>, length: u64) -> world::Seen {
    let mut seen = world::Seen::default();
    let first = numbers.start;
    for number in numbers {
        if number > first && (number - first).is_multiple_of(500) {
            eprintln!("{} sequences from {first} on went well", number - first);
        }
        let mut dice = Dice::new(number);
        let steps: Vec<Step> = (0..4 + dice.below(length)).map(|_| Step::draw(&mut dice)).collect();
        match run(number, &steps) {
            Ok(found) => seen += found,
            Err(_) => {
                let short = shorten(number, steps);
                let why = run(number, &short).err().unwrap_or_default();
                panic!("sequence {number}: {why}\n{short:#?}");
            }
        }
    }
    seen
}

#[test]
fn whatever_laptops_do_they_come_to_the_same_and_lose_nothing() {
    let thousands = std::env::var("KHUYENCONG_LONG").ok().and_then(|text| text.parse::<u64>().ok());
    let (count, length) = thousands.map_or((1_000, 14), |thousands| (thousands * 1_000, 60));
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8) as u64;
    let share = |worker: u64| worker * count / workers..(worker + 1) * count / workers;
    let seen = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || sequences(share(worker), length))).collect();
        threads.into_iter().fold(world::Seen::default(), |mut all, thread| {
            all += thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
            all
        })
    });
    println!("{seen:?}");
    // Without these the laws might hold because nothing happens.
    assert!(seen.conflicts > 20 && seen.decisions > 200 && seen.clones > 20 && seen.lost_acknowledgements > 50 && seen.linked > 5 && seen.undone > 20, "{seen:?}");
}
