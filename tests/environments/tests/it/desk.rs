//! The real program, beside an emulator in another process' place: sockets between.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use environments::VARIABLES;
use scaleway_core::{Client, Clock, Config, Random};
use scaleway_emulator::{Emulator, Server};
use tokio::sync::oneshot;

/// An emulator that answers on a port, from a thread of its own.
pub(crate) struct Desk {
    pub(crate) emulator: Emulator,
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    pub(crate) fn open() -> Self {
        Self::by(Clock::real())
    }

    /// The same, in the time of `clock`.
    pub(crate) fn by(clock: Clock) -> Self {
        let emulator = Emulator::builder().clock(clock).random(Random::seeded(5)).build().unwrap();
        let (stop, end) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let shared = emulator.clone();
        let thread = std::thread::spawn(move || {
            Clock::real()
                .block_on(async move {
                    let server = Server::bind(shared, SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
                    bound.send(server.url()).unwrap();
                    server.serve(async { drop(end.await) }).await;
                })
                .unwrap();
        });
        let url = address.recv().unwrap();
        Self { emulator, url, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn program(&self, data: &Path, arguments: &[&str]) -> Command {
        let program = program();
        assert!(program.exists(), "{} is not built: run `cargo build --examples`", program.display());
        let mut command = Command::new(program);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        command.args(["--speed", "max", "--emulator-url", &self.url, "--data"]).arg(data).args(arguments);
        command.envs(VARIABLES).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Another of the programs, with a definition of its own in `folder`, where it keeps its data too.
    pub(crate) fn command(&self, name: &str, folder: &Path, definition: &Path) -> Command {
        let mut command = Command::new(program().with_file_name(name));
        command.args(["--emulator-url", &self.url, "--data"]).arg(folder.join("data"));
        command.arg("--definition").arg(definition).envs(VARIABLES);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, data: &Path, arguments: &[&str]) -> String {
        let output = self.program(data, arguments).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {:?}\n{said}", output.status);
        said
    }

    /// A client of the cloud, in process.
    pub(crate) fn client(&self) -> Client {
        let project = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        Client::builder(config, self.emulator.clone()).build().unwrap()
    }

    /// What is left in the cloud of all that the environment is made of, by kind.
    pub(crate) fn left(&self) -> Vec<(&'static str, usize)> {
        use {
            scaleway_cockpit as cockpit, scaleway_containers as containers, scaleway_rdb as rdb,
            scaleway_secrets as secrets, scaleway_vpc as vpc,
        };
        let client = self.client();
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
        // A thread that has ended already needs neither.
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The example program, which is built beside this test.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().with_file_name("examples").join("deploy_staging")
}
