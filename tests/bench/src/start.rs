//! The emulator's start, from its spawning up to its ready line.

use std::time::Instant;

use crate::server::Server;
use crate::spread;

pub(crate) fn run() {
    let figures = (0..20).map(|_| {
        let started = Instant::now();
        let emulator = Server::emulator(&[]);
        let took = started.elapsed().as_secs_f64() * 1000.0;
        drop(emulator);
        took
    });
    let (middle, least, most) = spread(figures);
    println!("emulator, spawned until ready: {middle:.1} ms ({least:.1}–{most:.1}), median of 20");
}
