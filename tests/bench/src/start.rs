//! The emulator's start, from its spawning up to its ready line.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::spread;

pub(crate) fn run() {
    let program =
        std::env::current_exe().expect("this program's own path").with_file_name("scaleway-emulator");
    let figures = (0..20).map(|_| {
        let started = Instant::now();
        let mut child = Command::new(&program)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a ready line");
        let took = started.elapsed().as_secs_f64() * 1000.0;
        child.kill().expect("a living emulator");
        child.wait().expect("an end");
        assert!(line.contains("\"ready\":true"), "{line}");
        took
    });
    let (middle, least, most) = spread(figures.collect());
    println!("emulator, spawned until ready: {middle:.1} ms ({least:.1}–{most:.1}), median of 20");
}
