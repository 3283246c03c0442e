//! Servers that are measured, and what a process has taken.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A server in a process of its own, so that its CPU is its own.
pub(crate) struct Server {
    child: Child,
    /// Where it answers.
    pub(crate) url: String,
}

impl Server {
    /// The emulator that is built beside this program, on a free port.
    pub(crate) fn emulator(arguments: &[&str]) -> Self {
        let own = std::env::current_exe().expect("this program's own path");
        let program = own.with_file_name("scaleway-emulator");
        assert!(program.exists(), "no emulator: run `cargo build --release -p scaleway-emulator`");
        Self::start(&program, &[&["--port", "0"], arguments].concat())
    }

    /// Any program that tells where it answers in its first line.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child =
            Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().expect("a server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a ready line");
        let ready: Value = serde_json::from_str(&line).expect("a ready line in JSON");
        Self { child, url: ready["api_url"].as_str().expect("where it answers").to_owned() }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket that can be told");
        stream
    }

    pub(crate) fn cpu(&self) -> f64 {
        cpu(self.child.id())
    }

    pub(crate) fn memory_megabytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time of a process so far, in seconds: Linux counts hundredths.
pub(crate) fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}
