//! An experiment: who does how many tasks, and how long does it take?
//!
//! `cargo run -p lab10 --example deal`. First a slow worker and a quick one share 100 tasks, dealt in three ways. Then three equal workers share 300 tasks, with
//! and without a start barrier.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use shared::{Context, Error, OrExplain};

const TASKS: u32 = 100;
/// How long the slow worker takes for a task, and the quick one.
const WORK: [(&str, Duration); 2] =
    [("slow", Duration::from_millis(20)), ("quick", Duration::from_millis(1))];
/// How many characters a timeline is wide.
const WIDTH: usize = 60;
/// How long a worker waits for a task before it looks whether all are done, in milliseconds.
const GLANCE: i32 = 5;

/// When a worker began with a task, and when it was done, since the start of the run.
type Busy = Vec<(Duration, Duration)>;

fn main() -> Result<(), Error> {
    println!("{TASKS} tasks; the slow worker takes 20 ms for each, the quick one 1 ms\n");
    draw("PUSH", &deal(None)?);
    draw("PUSH, all high-water marks at 1", &deal(Some(1))?);
    draw("each worker asks for its next task (ROUTER and REQ)", &ask()?);
    println!("300 tasks; three workers that are equally quick, started at the same time\n");
    println!("without a barrier: {}", start(false)?);
    println!("with a barrier:    {}", start(true)?);
    Ok(())
}

/// PUSH deals the tasks to the workers' PULL sockets.
fn deal(mark: Option<i32>) -> Result<Vec<Busy>, Error> {
    let context = Context::new();
    let tasks = context.socket(zmq::PUSH)?;
    let mut workers = Vec::new();
    if let Some(mark) = mark {
        tasks.set_sndhwm(mark).or_explain("set the mark of", "the PUSH socket")?;
    }
    for (name, work) in WORK {
        let socket = context.socket(zmq::PULL)?;
        if let Some(mark) = mark {
            socket.set_rcvhwm(mark).or_explain("set the mark of", "a PULL socket")?;
        }
        socket.set_rcvtimeo(GLANCE).or_explain("set the timeout of", "a PULL socket")?;
        // Here the workers bind, so that both are known to the PUSH from the beginning.
        socket.bind("tcp://127.0.0.1:*").or_explain("bind", name)?;
        let endpoint = socket.get_last_endpoint().or_explain("ask for the endpoint of", name)?;
        let endpoint = endpoint.unwrap_or_default();
        tasks.connect(&endpoint).or_explain("connect to", &endpoint)?;
        workers.push((socket, work));
    }
    let (left, began) = (AtomicU32::new(TASKS), Instant::now());
    let left = &left;
    scope(|threads| {
        let working: Vec<_> = workers
            .into_iter()
            .map(|(socket, work)| {
                threads.spawn(move || {
                    let mut busy = Busy::new();
                    while left.load(Ordering::Relaxed) > 0 {
                        if socket.recv_bytes(0).is_ok() {
                            busy.push(do_task(began, work));
                            left.fetch_sub(1, Ordering::Relaxed);
                        }
                    }
                    busy
                })
            })
            .collect();
        for id in 1..=TASKS {
            tasks.send(&id.to_string(), 0).or_explain("send on", "the PUSH socket")?;
        }
        Ok(working.into_iter().map(|worker| worker.join().unwrap_or_default()).collect())
    })
}

/// Each worker asks for a task when it has nothing to do.
fn ask() -> Result<Vec<Busy>, Error> {
    let context = Context::new();
    let desk = context.socket(zmq::ROUTER)?;
    desk.bind("tcp://127.0.0.1:*").or_explain("bind", "the ROUTER socket")?;
    let endpoint = desk.get_last_endpoint().or_explain("ask for the endpoint of", "the ROUTER socket")?;
    let endpoint = endpoint.unwrap_or_default();
    let began = Instant::now();
    scope(|threads| {
        let mut working = Vec::new();
        for (_, work) in WORK {
            let socket = context.socket(zmq::REQ)?;
            socket.connect(&endpoint).or_explain("connect to", &endpoint)?;
            working.push(threads.spawn(move || {
                let mut busy = Busy::new();
                while socket.send("next", 0).is_ok() && socket.recv_bytes(0).is_ok_and(|task| task != b"end")
                {
                    busy.push(do_task(began, work));
                }
                busy
            }));
        }
        let mut tasks = 1..=TASKS;
        let mut ended = 0;
        while ended < WORK.len() {
            let mut frames = desk.recv_multipart(0).or_explain("receive on", "the ROUTER socket")?;
            let task = tasks.next().map_or("end".to_string(), |id| id.to_string());
            ended += usize::from(task == "end");
            // Identity and empty frame lead the answer back to the one who has asked.
            frames.truncate(2);
            frames.push(task.into_bytes());
            desk.send_multipart(frames, 0).or_explain("send on", "the ROUTER socket")?;
        }
        Ok(working.into_iter().map(|worker| worker.join().unwrap_or_default()).collect())
    })
}

/// Works on a task.
fn do_task(began: Instant, work: Duration) -> (Duration, Duration) {
    let start = began.elapsed();
    sleep(work);
    (start, began.elapsed())
}

/// Who was busy when: `#` where a worker had a task, `.` where it had none.
fn draw(title: &str, workers: &[Busy]) {
    let end = workers.iter().flatten().map(|(_, end)| *end).max().unwrap_or_default();
    println!("{title}: {:.2} s", end.as_secs_f64());
    for ((name, _), busy) in WORK.iter().zip(workers) {
        let place = |time: Duration| (time.as_secs_f64() / end.as_secs_f64() * (WIDTH - 1) as f64) as usize;
        let mut line = vec!['.'; WIDTH];
        for (start, end) in busy {
            line[place(*start)..=place(*end)].fill('#');
        }
        println!("  {name:>5} {} {} tasks", line.iter().collect::<String>(), busy.len());
    }
    println!();
}

/// Three workers connect to a PUSH that begins at once, or when all have said that they are ready.
fn start(barrier: bool) -> Result<String, Error> {
    let context = Context::new();
    let tasks = context.socket(zmq::PUSH)?;
    tasks.bind("tcp://127.0.0.1:*").or_explain("bind", "the PUSH socket")?;
    let ready = context.socket(zmq::PULL)?;
    ready.bind("tcp://127.0.0.1:*").or_explain("bind", "the PULL socket")?;
    let place = |socket: &zmq::Socket| socket.get_last_endpoint().map(Result::unwrap_or_default);
    let fetch = place(&tasks).or_explain("ask for the endpoint of", "the PUSH socket")?;
    let report = place(&ready).or_explain("ask for the endpoint of", "the PULL socket")?;
    let left = AtomicU32::new(3 * TASKS);
    let (left, context) = (&left, &context);
    scope(|threads| {
        let mut working = Vec::new();
        for _ in 0..3 {
            let (fetch, report) = (fetch.clone(), report.clone());
            working.push(threads.spawn(move || -> Result<u32, Error> {
                let socket = context.socket(zmq::PULL)?;
                socket.set_rcvtimeo(GLANCE).or_explain("set the timeout of", "a PULL socket")?;
                socket.connect(&fetch).or_explain("connect to", &fetch)?;
                let sink = context.socket(zmq::PUSH)?;
                sink.connect(&report).or_explain("connect to", &report)?;
                sink.send("ready", 0).or_explain("send on", "a PUSH socket")?;
                let mut done = 0;
                while left.load(Ordering::Relaxed) > 0 {
                    if socket.recv_bytes(0).is_ok() {
                        done += 1;
                        left.fetch_sub(1, Ordering::Relaxed);
                    }
                }
                Ok(done)
            }));
        }
        for _ in 0..if barrier { 3 } else { 0 } {
            ready.recv_bytes(0).or_explain("receive on", "the PULL socket")?;
        }
        for id in 1..=3 * TASKS {
            tasks.send(&id.to_string(), 0).or_explain("send on", "the PUSH socket")?;
        }
        let mut words = Vec::new();
        for worker in working {
            let done = worker.join().unwrap_or(Ok(0))?;
            words.push(format!("{done} tasks"));
        }
        Ok(words.join(", "))
    })
}
