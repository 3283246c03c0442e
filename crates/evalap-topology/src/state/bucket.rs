//! A bucket that a state can rely on.

use scaleway_object_storage::{
    BucketName, BucketPolicy, CreateBucket, Effect, Encryption, Error, Expiration, Lifecycle,
    LifecycleFilter, LifecycleRule, NoncurrentExpiration, ObjectStorage, OneOrMany, Principal, RuleStatus,
    Statement, VersioningStatus,
};

use super::{StateError, Store};

/// How long a snapshot is kept, in days: it is a cache, and the newest ones are all that is read.
const SNAPSHOT_DAYS: u32 = 90;

/// What the rule for snapshots is called.
const SNAPSHOT_RULE: &str = "old-snapshots";

/// Where what must never go lies.
const OURS: [&str; 2] = ["log/", "key/"];

/// Where what is read instead of it lies.
const CACHES: [&str; 2] = ["snap/", "seg/"];

/// Makes a bucket that a state can rely on: private, versioned, encrypted, old snapshots cleared away (and never a record
/// of the log), and one that refuses to create what exists. Again and again, it changes only what is not so.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    storage: ObjectStorage,
    bucket: BucketName,
    allowed: Vec<String>,
}

impl Bootstrap {
    /// Of this bucket. Who may reach it is decided by IAM alone.
    pub fn new(storage: ObjectStorage, bucket: BucketName) -> Self {
        Self { storage, bucket, allowed: Vec::new() }
    }

    /// With a policy that lets nobody in but these (`application_id:…`, `user_id:…`), and lets none of them delete a
    /// record. Whoever calls this must be among them, or be the organisation's owner.
    #[must_use]
    pub fn allow(mut self, principals: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed.extend(principals.into_iter().map(Into::into));
        self
    }

    /// Does it, and says what it changed, one sentence each.
    ///
    /// # Errors
    /// [`StateError::Bucket`] for what Object Storage refuses, [`StateError::Public`] where its policy lets everyone in,
    /// [`StateError::PublicAcl`] where its ACL does, [`StateError::Overwrites`] where it does not refuse the second create
    /// of one key.
    pub async fn run(&self) -> Result<Vec<String>, StateError> {
        let mut done = Vec::new();
        self.make(&mut done).await?;
        self.version(&mut done).await?;
        self.encrypt(&mut done).await?;
        self.clear_up(&mut done).await?;
        Store::bucket(&self.storage, &self.bucket)?.probe().await?;
        // Last: what it locks out must be done before.
        self.keep_private(&mut done).await?;
        Ok(done)
    }

    async fn make(&self, done: &mut Vec<String>) -> Result<(), StateError> {
        match self.storage.head_bucket(&self.bucket).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(self.failed("reached", error)),
        }
        match self.storage.create_bucket(CreateBucket::new(&self.bucket)).await {
            // By the call before, whose answer was lost, or by somebody beside us.
            Err(error) if error.kind() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(error) => Err(self.failed("made", error)),
            Ok(()) => {
                done.push(format!("made the bucket {}", self.bucket));
                self.storage
                    .wait_for_bucket(&self.bucket)
                    .await
                    .map_err(|error| self.failed("waited for", error))
            }
        }
    }

    async fn version(&self, done: &mut Vec<String>) -> Result<(), StateError> {
        let failed = |error| self.failed("versioned", error);
        if self.storage.get_bucket_versioning(&self.bucket).await.map_err(failed)?.is_enabled() {
            return Ok(());
        }
        self.storage
            .put_bucket_versioning(&self.bucket, VersioningStatus::Enabled)
            .await
            .map_err(|error| self.failed("versioned", error))?;
        done.push("switched versioning on".to_owned());
        Ok(())
    }

    async fn encrypt(&self, done: &mut Vec<String>) -> Result<(), StateError> {
        let wanted = Encryption::aes256();
        let is = self.storage.get_bucket_encryption(&self.bucket).await;
        if is.map_err(|error| self.failed("encrypted", error))?.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.storage
            .put_bucket_encryption(&self.bucket, wanted)
            .await
            .map_err(|error| self.failed("encrypted", error))?;
        done.push("switched default encryption on (beside our own)".to_owned());
        Ok(())
    }

    async fn clear_up(&self, done: &mut Vec<String>) -> Result<(), StateError> {
        let is = self.storage.get_bucket_lifecycle(&self.bucket).await;
        let is = is.map_err(|error| self.failed("given a lifecycle", error))?;
        if let Some(rule) = is.iter().flat_map(|lifecycle| &lifecycle.rules).find(|rule| touches_log(rule)) {
            return Err(StateError::Expires {
                bucket: self.bucket.to_string(),
                rule: rule.id.clone().unwrap_or_else(|| "without a name".to_owned()),
            });
        }
        // What others keep in the bucket is theirs to clear up.
        let rules = is.iter().flat_map(|lifecycle| &lifecycle.rules);
        let theirs = rules.filter(|rule| rule.id.as_deref() != Some(SNAPSHOT_RULE)).cloned();
        let wanted: Lifecycle = theirs.chain([for_snapshots()]).collect();
        if is.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.storage
            .put_bucket_lifecycle(&self.bucket, wanted)
            .await
            .map_err(|error| self.failed("given a lifecycle", error))?;
        done.push(format!("let snapshots expire after {SNAPSHOT_DAYS} days; records never do"));
        Ok(())
    }

    /// With a policy, too: it goes before the ACL, which would open the bucket on the day that the policy is taken away.
    async fn refuse_public_acl(&self) -> Result<(), StateError> {
        let acl = self.storage.get_bucket_acl(&self.bucket).await;
        let acl = acl.map_err(|error| self.failed("asked for its ACL (s3:GetBucketAcl)", error))?;
        let grants: Vec<String> = acl.public_grants().map(ToString::to_string).collect();
        if grants.is_empty() {
            return Ok(());
        }
        Err(StateError::PublicAcl { bucket: self.bucket.to_string(), grants: grants.join(", ") })
    }

    async fn keep_private(&self, done: &mut Vec<String>) -> Result<(), StateError> {
        self.refuse_public_acl().await?;
        let is = self.storage.get_bucket_policy(&self.bucket).await;
        let is = is.map_err(|error| self.failed("kept private", error))?;
        if self.allowed.is_empty() {
            return match is.filter(lets_everyone_in) {
                Some(_) => Err(StateError::Public { bucket: self.bucket.to_string() }),
                None => Ok(()),
            };
        }
        let wanted = self.policy();
        if is.as_ref() == Some(&wanted) {
            return Ok(());
        }
        let before = is.as_ref().map(|policy| format!(", in the place of {}", told(policy)));
        self.storage
            .put_bucket_policy(&self.bucket, wanted)
            .await
            .map_err(|error| self.failed("kept private", error))?;
        done.push(format!("let nobody in but {}{}", self.allowed.join(", "), before.unwrap_or_default()));
        Ok(())
    }

    fn policy(&self) -> BucketPolicy {
        let (bucket, objects) = (self.bucket.to_string(), format!("{}/*", self.bucket));
        let them = || Principal::scw(self.allowed.iter().cloned());
        BucketPolicy::new([
            Statement::allow(them(), "s3:*", [bucket, objects].into_iter().collect::<OneOrMany<String>>()),
            Statement::deny(
                them(),
                "s3:DeleteObject",
                OURS.map(|ours| format!("{}/{ours}*", self.bucket))
                    .into_iter()
                    .collect::<OneOrMany<String>>(),
            ),
        ])
    }

    fn failed(&self, doing: &'static str, source: Error) -> StateError {
        StateError::Bucket { bucket: self.bucket.to_string(), doing, source: Box::new(source) }
    }
}

/// Of records, segments and keys nothing ever expires.
fn for_snapshots() -> LifecycleRule {
    LifecycleRule::new(SNAPSHOT_RULE)
        .filter(LifecycleFilter::prefix("snap/"))
        .expiration(Expiration::days(SNAPSHOT_DAYS))
        .noncurrent_expiration(NoncurrentExpiration::days(SNAPSHOT_DAYS))
}

/// Whether a rule that somebody has set would remove records, which could be created again by who was suspended, or take
/// them where they cannot be read at once.
fn touches_log(rule: &LifecycleRule) -> bool {
    let filter = rule.filter.as_ref();
    let prefix = filter
        .and_then(|filter| {
            let all = || filter.and.as_ref().and_then(|all| all.prefix.as_deref());
            filter.prefix.as_deref().or_else(all)
        })
        .or(rule.prefix.as_deref())
        .unwrap_or_default();
    let covers = |ours: &&str| ours.starts_with(prefix) || prefix.starts_with(*ours);
    let loses = rule.expiration.is_some() && OURS.iter().any(covers);
    let puts_away = !rule.transitions.is_empty() && OURS.iter().chain(&CACHES).any(covers);
    rule.status != RuleStatus::Disabled && (loses || puts_away)
}

/// A policy that goes, so that who needs it can write it again: its statements are taken along as they are.
fn told(policy: &BucketPolicy) -> String {
    let written = serde_json::to_string(policy).unwrap_or_default();
    format!("a policy that said {written}")
}

fn lets_everyone_in(policy: &BucketPolicy) -> bool {
    policy.statements.as_slice().iter().any(|statement| {
        let everyone = match &statement.principal {
            Some(Principal::Kinds(kinds)) => {
                kinds.values().any(|ids| ids.as_slice().iter().any(|id| id == "*"))
            }
            other => *other == Some(Principal::everyone()),
        };
        statement.effect == Effect::Allow && everyone
    })
}
