//! The sink, with the check as its workers and as those who hear what it announces.

use std::collections::BTreeMap;

use harness::failure::show;
use harness::{Mistake, Scene, check};

use crate::MOMENT;
use crate::mistakes::*;
use crate::stage::{Crew, printed};

/// So many different names, in an order that is not the alphabet's.
fn names(scene: &Scene, count: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..count).map(|number| format!("{}{number}", scene.word())).collect();
    names.sort();
    names.reverse();
    names
}

/// Numbers from 1 to this in some order.
fn shuffled(scene: &Scene, last: u64) -> Vec<u64> {
    let mut ids: Vec<(u64, u64)> = (1..=last).map(|id| (scene.number(0..1_000_000), id)).collect();
    ids.sort_unstable();
    // At least one is not in its place, whatever the seed.
    ids.swap(0, 1);
    if ids.is_sorted_by_key(|(_, id)| *id) {
        ids.reverse();
    }
    ids.into_iter().map(|(_, id)| id).collect()
}

/// A whole run of the sink: what came to it, and what it printed.
struct Run {
    /// The results in the order in which they came: id, count, worker.
    results: Vec<(u64, u64, String)>,
    lines: Vec<String>,
}

impl Run {
    /// Three workers, and more than ten tasks in some order.
    fn new(scene: &Scene) -> Self {
        let tasks = scene.number(11..20);
        let names = names(scene, 3);
        let crew = Crew::new(scene, usize::try_from(tasks).unwrap_or(0), names.len());
        for name in &names {
            crew.say(&["ready", name]);
        }
        let mut results = Vec::new();
        for (place, id) in shuffled(scene, tasks).into_iter().enumerate() {
            // The first worker does as much as the other two.
            let name = &names[[0, 1, 0, 2][place % 4]];
            let count = scene.number(1..2000);
            crew.result(id, count, name);
            results.push((id, count, name.clone()));
        }
        scene.suspect(&PRINTS_NOTHING);
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let lines = crew.lines(&all);
        Self { results, lines }
    }

    /// The lines that begin so.
    fn lines(&self, begin: &str) -> Vec<String> {
        self.lines.iter().filter(|line| line.split(' ').next() == Some(begin)).cloned().collect()
    }

    /// The lines of the tasks.
    fn of_tasks(&self) -> Vec<String> {
        let other = |line: &&String| !line.starts_with("total") && !line.starts_with("workers");
        self.lines.iter().filter(other).cloned().collect()
    }
}

/// Results overtake each other: the task that was dealt first may be done last. The sink puts them into the order of their ids.
#[check]
fn t1_sink_prints_by_id(scene: &Scene) {
    let run = Run::new(scene);
    let lines = |results: &[(u64, u64, String)]| -> Vec<String> {
        results.iter().map(|(id, count, _)| format!("{id} {count}")).collect()
    };
    let arrival = lines(&run.results);
    let mut sorted = run.results.clone();
    sorted.sort_by_key(|(id, ..)| *id);
    let wanted = lines(&sorted);
    let mut as_text = arrival.clone();
    as_text.sort();
    let mut by_text = sorted.clone();
    by_text.sort_by_key(|(id, ..)| id.to_string());
    let got = run.of_tasks();
    scene.suspect(match &got {
        got if *got == arrival => &ARRIVAL_ORDER,
        got if *got == as_text || *got == lines(&by_text) => &TEXT_ORDER,
        got if got
            .iter()
            .zip(&wanted)
            .all(|(got, wanted)| got.split(' ').next() == wanted.split(' ').next()) =>
        {
            &WRONG_RESULTS
        }
        _ => &OTHER_LINES,
    });
    scene.expect(got == wanted, &format!("the lines {}", printed(&wanted)), || printed(&got));
}

/// Behind the tasks comes the total of their counts, once.
#[check]
fn t1_sink_adds_up(scene: &Scene) {
    let run = Run::new(scene);
    let total: u64 = run.results.iter().map(|(_, count, _)| count).sum();
    scene.suspect(&WRONG_TOTAL);
    let got = run.lines("total");
    scene.expect(got == [format!("total {total}")], &format!("the line `total {total}`, once"), || {
        printed(&got)
    });
}

/// The last line names the workers, in the order of their names, with the number of tasks that each of them has done.
#[check]
fn t1_sink_names_its_workers(scene: &Scene) {
    let run = Run::new(scene);
    let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, _, name) in &run.results {
        *tally.entry(name).or_default() += 1;
    }
    let words: Vec<String> = tally.iter().map(|(name, tasks)| format!("{name}:{tasks}")).collect();
    let wanted = format!("workers {}", words.join(" "));
    let got = run.lines("workers");
    let mut found: Vec<&str> = got.iter().flat_map(|line| line.split(' ').skip(1)).collect();
    found.sort_unstable();
    scene.suspect(if found == words { &UNSORTED_WORKERS } else { &WRONG_TALLY });
    scene
        .expect(got == [wanted.as_str()], &format!("the line {}", show(wanted.as_bytes())), || printed(&got));
}

/// The sink announces `go` only when K different workers are ready. One that says it twice is one.
#[check]
fn t2_sink_waits_for_all(scene: &Scene) {
    let names = names(scene, 3);
    let crew = Crew::new(scene, 5, 3);
    let mut ear = crew.ear("ventilator");
    scene.suspect(&GO_TOO_EARLY);
    let expected = "no `go` before three different workers are ready";
    crew.say(&["ready", &names[0]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || "`go`, when one was ready".into());
    crew.say(&["ready", &names[1]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || "`go`, when two were ready".into());
    scene.suspect(&COUNTS_READY);
    crew.say(&["ready", &names[0]]);
    scene.expect(!ear.hears("go", MOMENT), expected, || {
        "`go`, when two were ready, and one of them had said so twice".into()
    });
}

/// Once all workers are ready, the sink announces `go` on its control socket: the ventilator waits for it.
#[check]
fn t2_sink_announces_go(scene: &Scene) {
    let names = names(scene, 2);
    let crew = Crew::new(scene, 5, 2);
    let mut ear = crew.ear("ventilator");
    for name in &names {
        crew.say(&["ready", name]);
    }
    scene.suspect(&NO_GO);
    ear.must_hear(&crew.sink, "go", "`go`, because both workers are ready");
}

/// With `--workers 0` the sink waits for nobody, and announces `go` at once.
#[check]
fn t2_sink_waits_for_none_where_told_so(scene: &Scene) {
    let crew = Crew::new(scene, 5, 0);
    let mut ear = crew.ear("ventilator");
    scene.suspect(&WAITS_FOR_SOMEBODY);
    ear.must_hear(&crew.sink, "go", "`go`, because there is nobody to wait for");
}

/// What is published is lost for who does not listen yet. The ventilator may come last, so `go` is announced again and again.
#[check]
fn t2_sink_repeats_go(scene: &Scene) {
    let crew = Crew::new(scene, 5, 1);
    let mut early = crew.ear("early listener");
    crew.say(&["ready", &scene.word()]);
    scene.suspect(&NO_GO);
    early.must_hear(&crew.sink, "go", "`go`, because the worker is ready");
    let mut late = crew.ear("late ventilator");
    scene.suspect(&GO_ONCE);
    late.must_hear(&crew.sink, "go", "`go` for a ventilator that came after the first one was announced");
}

/// A run up to its end: all workers are ready, all results are there, and somebody hears the first `stop`.
fn at_the_end(scene: &Scene, workers: usize, names: &[String]) -> Crew {
    let crew = Crew::new(scene, names.len(), workers);
    let mut ear = crew.ear("first listener");
    for name in names {
        crew.say(&["ready", name]);
    }
    for (id, name) in (1..).zip(names) {
        crew.result(id, scene.number(1..100), name);
    }
    scene.suspect(&NO_STOP);
    ear.must_hear(&crew.sink, "stop", "`stop`, because all results are there");
    crew
}

/// A worker that was slow to subscribe has missed the first `stop`, and the second, too. The sink repeats it until each has said that it is gone.
#[check]
fn t3_sink_repeats_stop(scene: &Scene) {
    let names = names(scene, 3);
    let crew = at_the_end(scene, 3, &names);
    crew.say(&["gone", &names[0]]);
    crew.say(&["gone", &names[1]]);
    let mut late = crew.ear("late worker");
    scene.suspect(&ONE_STOP);
    late.must_hear(
        &crew.sink,
        "stop",
        "`stop` for the worker that is still there, and has heard none so far",
    );
}

/// The sink ends when each of its workers is gone: it counts names and no messages.
#[check]
fn t3_sink_waits_for_each(scene: &Scene) {
    let names = names(scene, 3);
    let crew = at_the_end(scene, 3, &names);
    stays_after(&crew, &names[0], 1, &ENDS_TOO_SOON);
    stays_after(&crew, &names[0], 2, &COUNTS_GONE);
    crew.say(&["gone", &names[1]]);
    crew.say(&["gone", &names[2]]);
    scene.suspect(&STAYS);
    crew.sink.ends_with(0);
}

/// This worker says `gone`, some times over: the sink must not take that for all of them.
fn stays_after(crew: &Crew, name: &str, times: usize, mistake: &'static Mistake) {
    crew.scene.suspect(mistake);
    for _ in 0..times {
        crew.say(&["gone", name]);
    }
    crew.goes_on(MOMENT, "the sink to wait for the workers that are not gone yet");
}

/// K workers are enough to start. Who comes later works as well, and must be ended as well.
#[check]
fn t3_sink_ends_who_came_late(scene: &Scene) {
    let names = names(scene, 2);
    let crew = at_the_end(scene, 1, &names);
    stays_after(&crew, &names[0], 1, &FORGETS_THE_LATE);
    crew.say(&["gone", &names[1]]);
    scene.suspect(&STAYS);
    crew.sink.end();
}

/// A sink of four tasks and two workers, with something odd among the results; it must print as if that had never come.
fn prints_the_rest(scene: &Scene, odd: impl Fn(&Crew, u64, u64, [&str; 2]), mistake: &'static Mistake) {
    let names = names(scene, 2);
    let (first, second) = (names[1].as_str(), names[0].as_str());
    let crew = Crew::new(scene, 4, 2);
    crew.say(&["ready", first]);
    crew.say(&["ready", second]);
    let counts: Vec<u64> = (0..4).map(|_| scene.number(10..2000)).collect();
    crew.result(1, counts[0], first);
    crew.result(2, counts[1], second);
    odd(&crew, counts[0], counts[1], [first, second]);
    crew.result(3, counts[2], first);
    crew.result(4, counts[3], second);
    scene.suspect(mistake);
    let mut lines = crew.lines(&[first, second]);
    // In which order the workers stand is another check's matter.
    if let Some(line) = lines.iter_mut().find(|line| **line == format!("workers {second}:2 {first}:2")) {
        *line = format!("workers {first}:2 {second}:2");
    }
    let mut wanted: Vec<String> = (1..).zip(&counts).map(|(id, count)| format!("{id} {count}")).collect();
    wanted.push(format!("total {}", counts.iter().sum::<u64>()));
    wanted.push(format!("workers {first}:2 {second}:2"));
    scene.expect(lines == wanted, &format!("the lines {}", printed(&wanted)), || printed(&lines));
}

/// A result may come twice: somebody has dealt a task again, because he thought it lost. It is one result all the same, in the lines, in the total, for
/// its worker, and for the question whether all are there.
#[check]
fn t4_sink_counts_a_duplicate_once(scene: &Scene) {
    let twice = |crew: &Crew, one: u64, two: u64, [first, second]: [&str; 2]| {
        crew.result(1, one, second);
        crew.result(2, two, second);
        crew.result(1, one, first);
    };
    prints_the_rest(scene, twice, &COUNTS_TWICE);
}

/// An id that nobody has dealt is no result: neither 0 nor N + 1 are among the tasks 1 to N.
#[check]
fn t4_sink_skips_ids_that_nobody_dealt(scene: &Scene) {
    let strange = |crew: &Crew, one: u64, two: u64, [first, second]: [&str; 2]| {
        crew.result(0, one, first);
        crew.result(5, two, second);
        crew.result(4_000_000_000, two, second);
    };
    prints_the_rest(scene, strange, &STRANGE_IDS);
}

/// What comes over a socket is somebody else's. A message that is no result is skipped, and the sink works on.
#[check]
fn t4_sink_skips_what_is_no_result(scene: &Scene) {
    let broken = |crew: &Crew, _: u64, _: u64, [first, _]: [&str; 2]| {
        for odd in [
            &["3"][..],
            &[""],
            &["3", "many", first],
            &["three", "7", first],
            &["-3", "7", first],
            &["3", "7", first, "more"],
        ] {
            crew.say(odd);
        }
    };
    prints_the_rest(scene, broken, &BROKEN_RESULTS);
}
