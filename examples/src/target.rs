//! The other side: an emulator in this process or another one, or Scaleway.

use std::path::Path;

use bytes::Bytes;
use evalap_topology::definition::Environment;
use http::{HeaderValue, Request, Response, header};
use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, Timestamp, Transport, TransportError};
use scaleway_emulator::{Emulator, EmulatorError, ImageBook, Latency};
use url::Url;

use crate::arguments::{Options, Speed, TargetKind};
use crate::error::Error;

/// What an emulator is to the state: one is as good as another, so its address does not matter.
const EMULATOR: &str = "emulator";

/// The emulator takes any key.
const EMULATOR_KEY: &str = "00000000-0000-4000-8000-000000000000";
const EMULATOR_ACCESS_KEY: &str = "SCWEMULATOR000000000";

/// The other side, connected.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    /// What it is to the state.
    pub(crate) endpoint: String,
    pub(crate) side: Side,
    /// For people.
    name: String,
}

/// How the other side is reached.
#[derive(Debug)]
pub(crate) enum Side {
    /// A function call.
    Embedded(Emulator),
    /// An emulator of another process.
    Attached {
        connections: Https,
        url: Url,
    },
    Scaleway(Https),
}

impl Target {
    pub(crate) fn open(kind: TargetKind, options: &Options) -> Result<Self, Error> {
        match (kind, &options.emulator_url) {
            (TargetKind::Scaleway, _) => Self::scaleway(),
            (TargetKind::Emulator, Some(url)) => Self::attached(url.clone(), options),
            (TargetKind::Emulator, None) => Self::embedded(options),
        }
    }

    fn embedded(options: &Options) -> Result<Self, Error> {
        let folder = options.data.join("cloud");
        let clock = clock(options.speed, Emulator::last_seen(&folder)?);
        let mut builder =
            Emulator::builder().clock(clock.clone()).latency(options.latency()).data_dir(&folder);
        if let Some(file) = &options.images {
            builder = builder.images(ImageBook::from_file(file)?);
        }
        let emulator = match builder.build() {
            Err(EmulatorError::InUse { url: Some(url), .. }) if options.serve.is_none() => {
                let url = url.parse().map_err(|_| unusable(&url))?;
                return Self::attached(url, options);
            }
            Err(EmulatorError::InUse { pid, url, .. }) => return Err(in_use(&folder, pid, url.as_deref())),
            built => built?,
        };
        let config = Config::new(EMULATOR_KEY).with_access_key(EMULATOR_ACCESS_KEY);
        let client = Client::builder(config, emulator.clone()).clock(clock).build()?;
        let name = format!("emulator in this process, {}, kept in {}", pace(options), folder.display());
        let (endpoint, side) = (EMULATOR.into(), Side::Embedded(emulator));
        Ok(Self { client, endpoint, side, name })
    }

    fn attached(url: Url, options: &Options) -> Result<Self, Error> {
        let clock = clock(options.speed, None);
        let connections = Https::new(&HttpsOptions::default(), clock.clone())?;
        let config = Config::new(EMULATOR_KEY)
            .with_access_key(EMULATOR_ACCESS_KEY)
            .with_api_url(url.clone())
            .with_s3_endpoint(url.clone());
        let client = Client::builder(config, connections.clone()).clock(clock).build()?;
        let name = format!("emulator of another process, {url}");
        let (endpoint, side) = (EMULATOR.into(), Side::Attached { connections, url });
        Ok(Self { client, endpoint, side, name })
    }

    fn scaleway() -> Result<Self, Error> {
        let config = Config::from_env()?;
        // Before anything is set up that takes time: most who meet this have no key at all.
        config.secret_key()?;
        let mut https = HttpsOptions::default();
        https.insecure = config.insecure();
        let connections = Https::new(&https, Clock::real())?;
        let endpoint = config.api_url().as_str().trim_end_matches('/').to_owned();
        let name = format!("Scaleway, {endpoint}");
        let client = Client::builder(config, connections.clone()).build()?;
        Ok(Self { client, endpoint, side: Side::Scaleway(connections), name })
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.client.clock()
    }

    pub(crate) fn is_scaleway(&self) -> bool {
        matches!(self.side, Side::Scaleway(_))
    }

    pub(crate) fn emulator(&self) -> Option<&Emulator> {
        match &self.side {
            Side::Embedded(emulator) => Some(emulator),
            _ => None,
        }
    }

    /// The line that a run begins and ends with.
    pub(crate) fn line(&self, environment: &Environment) -> String {
        let Environment { name, project_id, region, .. } = environment;
        format!("{name} on {} · project {project_id} · {region}", self.name)
    }

    /// GETs `path` at a public address, as anybody would.
    pub(crate) async fn get(&self, host: &str, path: &str) -> Result<Response<Bytes>, TransportError> {
        let unusable = |error: http::Error| TransportError::never_sent(error.to_string());
        let get = |base: &str| Request::get(format!("{base}{path}")).body(Bytes::new()).map_err(unusable);
        match &self.side {
            Side::Embedded(emulator) => emulator.send(get(&format!("https://{host}"))?).await,
            Side::Scaleway(connections) => connections.send(get(&format!("https://{host}"))?).await,
            Side::Attached { connections, url } => {
                let mut request = get(url.as_str().trim_end_matches('/'))?;
                let host = HeaderValue::from_str(host).map_err(|error| unusable(error.into()))?;
                request.headers_mut().insert(header::HOST, host);
                connections.send(request).await
            }
        }
    }
}

/// Goes on where a kept world stopped, if that is later than now: its time never goes back.
fn clock(speed: Speed, last: Option<Timestamp>) -> Clock {
    let start = Clock::real().now().max(last.unwrap_or(Timestamp::UNIX_EPOCH));
    match speed {
        Speed::Max => Clock::virtual_from(start),
        Speed::Times(factor) => Clock::scaled(factor, start),
    }
}

fn pace(options: &Options) -> String {
    let latency = if options.latency() == Latency::None { "no latencies" } else { "recorded latencies" };
    match options.speed {
        Speed::Max => format!("as fast as possible, {latency}"),
        Speed::Times(factor) => format!("{factor} × as fast, {latency}"),
    }
}

fn unusable(url: &str) -> Error {
    Error::refused(
        format!("the emulator that has the data folder says it answers on {url:?}, which is no address"),
        "stop that program, then run the command again",
    )
}

fn in_use(folder: &Path, pid: u32, url: Option<&str>) -> Error {
    let remedy = match url {
        Some(url) => format!("it answers on {url} already: run the command without --serve"),
        None => "wait until it has ended, or start it with --serve, so that others can attach to it; \
                 --data DIR uses another folder"
            .to_owned(),
    };
    Error::refused(format!("the emulator's cloud in {} is in use by process {pid}", folder.display()), remedy)
}
