//! Object lock: versions that cannot be deleted before a time, or while they are held.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::call::{Call, document, done, with};
use super::refusal::{self, Result};
use super::text::iso;
use super::version::{self, Version};
use super::xml::Element;
use crate::reply::Reply;

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Mode {
    /// Who is allowed to may bypass it.
    Governance,
    /// Nobody may.
    Compliance,
}

/// Until when a version is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Retention {
    mode: Mode,
    until: Timestamp,
}

/// What new versions of a bucket get unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DefaultRetention {
    mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    years: Option<u32>,
}

impl Mode {
    fn read(text: &str) -> Result<Self> {
        match text {
            "GOVERNANCE" => Ok(Self::Governance),
            "COMPLIANCE" => Ok(Self::Compliance),
            _ => Err(refusal::INVALID_ARGUMENT.because("Unknown wormMode directive.")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

impl DefaultRetention {
    fn retention(&self, now: Timestamp) -> Retention {
        let days = self.days.unwrap_or_default() + 365 * self.years.unwrap_or_default();
        Retention { mode: self.mode, until: now + DAY * days }
    }
}

/// Lets a new version have the lock that its request wants, or the bucket's default.
pub(super) fn apply(call: &Call<'_>, bucket: &Bucket, draft: &mut Version) -> Result<()> {
    let mode = call.header("x-amz-object-lock-mode");
    let until = call.header("x-amz-object-lock-retain-until-date");
    let hold = call.header("x-amz-object-lock-legal-hold");
    if !bucket.object_lock && (mode.is_some() || until.is_some() || hold.is_some()) {
        return Err(missing());
    }
    draft.legal_hold = hold == Some("ON");
    draft.retention = match (mode, until) {
        (Some(mode), Some(until)) => Some(Retention { mode: Mode::read(mode)?, until: future(call, until)? }),
        (None, None) => bucket.default_retention.as_ref().map(|default| default.retention(call.now())),
        _ => {
            let message =
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            return Err(refusal::INVALID_ARGUMENT.because(message));
        }
    };
    Ok(())
}

/// Refuses to let go what is locked.
pub(super) fn check_delete(call: &Call<'_>, version: &Version) -> Result<()> {
    let now = call.now();
    let retained = version.retention.as_ref().is_some_and(|retention| {
        let bypassed = retention.mode == Mode::Governance && call.says("x-amz-bypass-governance-retention");
        retention.until > now && !bypassed
    });
    if retained || version.legal_hold {
        return Err(refusal::ACCESS_DENIED.because("Access Denied because object protected by object lock."));
    }
    Ok(())
}

impl Version {
    /// Whether a lock keeps it now.
    pub(super) fn is_held(&self, now: Timestamp) -> bool {
        self.legal_hold || self.retention.as_ref().is_some_and(|retention| retention.until > now)
    }
}

/// Says in the answer how it is locked.
pub(super) fn tell(reply: Reply, version: &Version) -> Reply {
    let retention = version.retention.as_ref();
    let reply = with(reply, "x-amz-object-lock-mode", retention.map(|retention| retention.mode.name()));
    let until = retention.map(|retention| iso(retention.until));
    let reply = with(reply, "x-amz-object-lock-retain-until-date", until.as_deref());
    with(reply, "x-amz-object-lock-legal-hold", version.legal_hold.then_some("ON"))
}

pub(super) fn get_configuration(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    if !bucket.object_lock {
        return Err(refusal::NO_SUCH_OBJECT_LOCK.about("BucketName", bucket.name));
    }
    let rule = bucket.default_retention.map(|default| {
        let retention = Element::new("DefaultRetention")
            .field("Mode", default.mode.name())
            .maybe("Days", default.days)
            .maybe("Years", default.years);
        Element::new("Rule").with(retention)
    });
    let root = Element::new("ObjectLockConfiguration").field("ObjectLockEnabled", "Enabled");
    Ok(document(root.with_all(rule)))
}

pub(super) fn put_configuration(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    let sent = call.document("ObjectLockConfiguration")?;
    if !bucket.object_lock {
        let message = "Object Lock configuration cannot be enabled on existing buckets";
        return Err(refusal::INVALID_BUCKET_STATE.because(message));
    }
    let default = sent.child("Rule").map(|rule| {
        let rule = rule.child("DefaultRetention").ok_or(refusal::MALFORMED_XML)?;
        let number = |name| rule.value(name).map(|text| text.parse::<u32>().ok().filter(|n| *n > 0));
        let default = DefaultRetention {
            mode: Mode::read(rule.value("Mode").ok_or(refusal::MALFORMED_XML)?)?,
            days: number("Days").map(|n| n.ok_or(refusal::MALFORMED_XML)).transpose()?,
            years: number("Years").map(|n| n.ok_or(refusal::MALFORMED_XML)).transpose()?,
        };
        if default.days.is_some() == default.years.is_some() {
            return Err(refusal::Refusal::from(refusal::MALFORMED_XML));
        }
        Ok(default)
    });
    bucket.default_retention = default.transpose()?;
    call.keep(&bucket)?;
    Ok(done())
}

pub(super) fn get_retention(call: &mut Call<'_>) -> Result<Reply> {
    let (_, version) = locked(call)?;
    let retention = version.retention.ok_or(refusal::NO_SUCH_RETENTION)?;
    let root = Element::new("Retention").field("Mode", retention.mode.name());
    Ok(document(root.field("RetainUntilDate", iso(retention.until))))
}

pub(super) fn put_retention(call: &mut Call<'_>) -> Result<Reply> {
    let (id, mut version) = locked(call)?;
    let sent = call.document("Retention")?;
    let wanted = match (sent.value("Mode"), sent.value("RetainUntilDate")) {
        (Some(mode), Some(until)) => Some(Retention { mode: Mode::read(mode)?, until: future(call, until)? }),
        (None, None) => None,
        _ => return Err(refusal::MALFORMED_XML.into()),
    };
    if let Some(now) = version.retention.as_ref().filter(|retention| retention.until > call.now()) {
        let is_weaker = wanted.as_ref().is_none_or(|wanted| {
            wanted.until < now.until || now.mode == Mode::Compliance && wanted.mode != now.mode
        });
        if is_weaker {
            check_delete(call, &Version { legal_hold: false, ..version.clone() })?;
        }
    }
    version.retention = wanted;
    version::keep(call.world, &id, &version);
    Ok(done())
}

pub(super) fn get_legal_hold(call: &mut Call<'_>) -> Result<Reply> {
    let (_, version) = locked(call)?;
    let status = if version.legal_hold { "ON" } else { "OFF" };
    Ok(document(Element::new("LegalHold").field("Status", status)))
}

pub(super) fn put_legal_hold(call: &mut Call<'_>) -> Result<Reply> {
    let (id, mut version) = locked(call)?;
    version.legal_hold = match call.document("LegalHold")?.value("Status") {
        Some("ON") => true,
        Some("OFF") => false,
        _ => return Err(refusal::MALFORMED_XML.into()),
    };
    version::keep(call.world, &id, &version);
    Ok(done())
}

/// The version that is meant, in a bucket that has locks.
fn locked(call: &Call<'_>) -> Result<(String, Version)> {
    let bucket = call.bucket()?;
    if !bucket.object_lock {
        return Err(missing());
    }
    version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))
}

fn missing() -> refusal::Refusal {
    refusal::INVALID_REQUEST.because("Bucket is missing Object Lock Configuration")
}

fn future(call: &Call<'_>, text: &str) -> Result<Timestamp> {
    let at: Timestamp = text.parse().map_err(|_| {
        refusal::INVALID_ARGUMENT.because("The retain until date must be provided in ISO 8601 format")
    })?;
    if at <= call.now() {
        return Err(refusal::INVALID_ARGUMENT.because("The retain until date must be in the future!"));
    }
    Ok(at)
}
