//! The real program, killed by SIGKILL in the middle of an apply, with the emulator in another process and sockets between.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use environments::VARIABLES;
use scaleway_core::{Client, Clock, Config, Random};
use scaleway_emulator::{Emulator, Fault, FaultKind, Server};
use tokio::sync::oneshot;

/// An emulator that answers on a port, from a thread of its own.
struct Desk {
    emulator: Emulator,
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    fn open() -> Self {
        let emulator = Emulator::builder().random(Random::seeded(5)).build().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let served = emulator.clone();
        let thread = std::thread::spawn(move || {
            Clock::real()
                .block_on(async move {
                    let server = Server::bind(served, SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
                    bound.send(server.url().to_string()).unwrap();
                    server.serve(async { drop(stopped.await) }).await;
                })
                .unwrap();
        });
        let url = address.recv().unwrap();
        Self { emulator, url, stop: Some(stop), thread: Some(thread) }
    }

    fn program(&self, data: &Path, arguments: &[&str]) -> Command {
        let program = program();
        assert!(program.exists(), "{} is not built: run `cargo build --examples`", program.display());
        let mut command = Command::new(program);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        command.args(["--speed", "max", "--emulator-url", &self.url, "--data"]).arg(data).args(arguments);
        command.envs(VARIABLES).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, data: &Path, arguments: &[&str]) -> String {
        let output = self.program(data, arguments).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {:?}\n{said}", output.status);
        said
    }

    /// What is left in the cloud of all that the environment is made of, by kind.
    fn left(&self) -> Vec<(&'static str, usize)> {
        use {
            scaleway_cockpit as cockpit, scaleway_containers as containers, scaleway_rdb as rdb,
            scaleway_secrets as secrets, scaleway_vpc as vpc,
        };
        let project = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        let client = Client::builder(config, self.emulator.clone()).build().unwrap();
        let (cockpit_api, vpcs) = (cockpit::Cockpit::new(&client), vpc::Vpcs::new(&client));
        let (containers_api, secrets_api) =
            (containers::Containers::new(&client), secrets::Secrets::new(&client));
        Clock::real()
            .block_on(async {
                let own = vpcs
                    .list_vpcs(vpc::ListVpcs::default())
                    .all()
                    .await
                    .unwrap()
                    .into_iter()
                    .filter(|vpc| !vpc.is_default);
                let custom = cockpit::ListDataSources::default().origin(cockpit::DataSourceOrigin::Custom);
                let kept = secrets::ListSecrets::default().scheduled_for_deletion(false);
                vec![
                    ("VPCs", own.count()),
                    (
                        "private networks",
                        vpcs.list_private_networks(vpc::ListPrivateNetworks::default())
                            .all()
                            .await
                            .unwrap()
                            .len(),
                    ),
                    (
                        "instances",
                        rdb::Rdb::new(&client)
                            .list_instances(rdb::ListInstances::default())
                            .all()
                            .await
                            .unwrap()
                            .len(),
                    ),
                    ("secrets", secrets_api.list_secrets(kept).all().await.unwrap().len()),
                    ("data sources", cockpit_api.list_data_sources(custom).all().await.unwrap().len()),
                    (
                        "tokens",
                        cockpit_api.list_tokens(cockpit::ListTokens::default()).all().await.unwrap().len(),
                    ),
                    (
                        "namespaces",
                        containers_api
                            .list_namespaces(containers::ListNamespaces::default())
                            .all()
                            .await
                            .unwrap()
                            .len(),
                    ),
                    (
                        "containers",
                        containers_api
                            .list_containers(containers::ListContainers::default())
                            .all()
                            .await
                            .unwrap()
                            .len(),
                    ),
                ]
            })
            .unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.stop.take().map(|stop| stop.send(())));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// The example program, which is built beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().with_file_name("examples").join("deploy_staging")
}

/// Kills the program once the cloud has met its `nth` request, which is never answered.
fn kill_at(desk: &Desk, data: &Path, nth: u64, kind: FaultKind) {
    desk.emulator.inject(Fault::new(kind).nth(nth));
    let mut child: Child = desk.program(data, &["apply"]).spawn().unwrap();
    while desk.emulator.requests().total() < nth {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its request {nth}");
        std::thread::yield_now();
    }
    // SIGKILL: nothing of the program runs after it.
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_at_ten_moments_it_goes_on_each_time_and_leaves_nothing_behind() {
    let expected = {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        desk.run(folder.path(), &["apply"]);
        desk.left()
    };
    assert!(expected.iter().all(|(_, count)| *count > 0), "{expected:?}");
    let moments = [
        (3, FaultKind::Hang),
        (14, FaultKind::HangAfter),
        (17, FaultKind::Hang),
        (21, FaultKind::HangAfter),
        (26, FaultKind::HangAfter),
        (30, FaultKind::HangAfter),
        (34, FaultKind::Hang),
        (38, FaultKind::HangAfter),
        (43, FaultKind::HangAfter),
        (47, FaultKind::HangAfter),
    ];
    for (nth, kind) in moments {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        kill_at(&desk, folder.path(), nth, kind);
        desk.run(folder.path(), &["apply"]);
        assert_eq!(desk.left(), expected, "killed at request {nth}, {kind:?}");
        desk.run(folder.path(), &["plan", "--detailed-exitcode"]);
        desk.run(folder.path(), &["destroy", "--yes", "--confirm", "staging"]);
        let left = desk.left();
        assert!(left.iter().all(|(_, count)| *count == 0), "killed at request {nth}, {kind:?}: {left:?}");
    }
}
