//! One step of a plan: what is written before, what is done, what is written after.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures_util::future::try_join;

use super::journal::{Journal, Unwritten, Writing};
use super::progress::Progress;
use crate::address::Address;
use crate::cloud::Cloud;
use crate::error::KindError;
use crate::kinds::Seen;
use crate::model::{Attributes, Event, Phase, Tracked};
use crate::plan::{Change, Part, PlannedChange};
use crate::sabotage::{self, Flaw};

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
    #[error(transparent)]
    Kind(#[from] KindError),
    #[error("{0}; the next run will find out whether it did, and go on from there")]
    Unknown(#[source] KindError),
    #[error("it was not seen when this was planned and is there all the same; the next run goes on with it")]
    TurnedUp,
}

/// All that one step needs.
pub(super) struct Work<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) journal: Journal,
    pub(super) planned: &'a PlannedChange,
    pub(super) part: Part,
    /// Whether it is deleted along with what it lives in, which is gone by now.
    pub(super) along: bool,
    pub(super) spec: Attributes,
    pub(super) tracked: Option<&'a Tracked>,
    /// What it was to be called when an earlier run was about to make it, where nothing is called so now.
    pub(super) former: Option<String>,
    pub(super) verb: &'static str,
    /// What it lives in, where it lives in something.
    pub(super) parents: Vec<Seen>,
    pub(super) report: &'a (dyn Fn(Progress) + Sync),
}

/// What a step has done.
pub(super) struct Made {
    /// What others may refer to.
    pub(super) outputs: Attributes,
    /// The last write, which says so: under way. What comes next need not wait for it, for its own intent is written later.
    pub(super) written: Option<Writing>,
}

impl Work<'_> {
    /// Does it.
    pub(super) async fn run(self) -> Result<Made, StepError> {
        match (&self.planned.change, self.part) {
            (Change::Delete { id } | Change::Replace { id, .. }, Part::Delete) if self.along => {
                let mut happened = self.deleting(id);
                happened.push(Event::Deleted { address: self.address().clone() });
                Ok(self.done(Attributes::new(), happened))
            }
            (Change::Delete { id } | Change::Replace { id, .. }, Part::Delete) => self.delete(id).await,
            (Change::Create { .. }, _) => self.create(self.forgotten()).await,
            (Change::Replace { .. }, Part::Make) => self.create(Vec::new()).await,
            (Change::Update { id, fields, settle, .. }, _) => {
                if *settle {
                    self.settle(id).await?;
                }
                self.update(id, fields.iter().map(|field| field.name.clone()).collect(), Vec::new()).await
            }
            (Change::Adopt { id, current, outputs, fields, settle, .. }, _) => {
                if *settle && !fields.is_empty() {
                    self.settle(id).await?;
                }
                let spec = if fields.is_empty() { self.spec.clone() } else { current.clone() };
                let mut before = self.forgotten();
                before.push(self.adopted(id, spec, outputs.clone()));
                if fields.is_empty() {
                    self.journal.write(before).await?;
                    return self.made(id.clone(), Vec::new()).await;
                }
                self.update(id, fields.iter().map(|field| field.name.clone()).collect(), before).await
            }
            (Change::Await { id, .. }, _) => self.made(id.clone(), Vec::new()).await,
            (Change::Refresh { id, outputs }, _) => {
                let ready = Event::Ready {
                    address: self.address().clone(),
                    id: id.clone(),
                    outputs: outputs.clone(),
                };
                Ok(self.done(outputs.clone(), vec![ready]))
            }
            (Change::Forget { gone }, _) => {
                if *gone {
                    self.is_gone().await?;
                }
                let forgotten = Event::Forgotten { address: self.address().clone() };
                Ok(self.done(Attributes::new(), vec![forgotten]))
            }
            (Change::NoOp, _) | (Change::Delete { .. }, Part::Make) => {
                Ok(Made { outputs: Attributes::new(), written: None })
            }
        }
    }

    /// It is done, and so it is written.
    fn done(&self, outputs: Attributes, happened: Vec<Event>) -> Made {
        Made { outputs, written: Some(self.journal.begin(happened)) }
    }

    /// Waits until nothing changes it any more, whatever has become of it: it is changed next.
    async fn settle(&self, id: &str) -> Result<(), KindError> {
        match self.address().kind.ready(self.cloud, &self.spec, id).await {
            Ok(_) | Err(KindError::Api(scaleway_core::Error::Never { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.planned.address
    }

    fn adopted(&self, id: &str, spec: Attributes, outputs: Attributes) -> Event {
        let (address, depends_on) = (self.address().clone(), self.planned.depends_on.clone());
        Event::Adopted { address, id: id.to_owned(), spec, outputs, depends_on }
    }

    /// What is remembered and gone makes room for what is made or found in its place.
    fn forgotten(&self) -> Vec<Event> {
        let gone = self.tracked.is_some_and(|tracked| tracked.phase != Phase::Creating);
        gone.then(|| Event::Forgotten { address: self.address().clone() }).into_iter().collect()
    }

    async fn create(&self, mut before: Vec<Event>) -> Result<Made, StepError> {
        let (address, spec, depends_on) =
            (self.address().clone(), self.spec.clone(), self.planned.depends_on.clone());
        if let Some(id) = self.turned_up(&mut before).await? {
            return self.made(id.clone(), vec![Event::Created { address, id }]).await;
        }
        before.push(Event::Creating { address: address.clone(), spec, depends_on });
        let mut happened = Vec::new();
        if sabotage::is(Flaw::NoIntent) {
            happened = before;
        } else {
            self.journal.write(before).await?;
        }
        let id = match address.kind.create(self.cloud, &self.spec).await {
            Ok(id) => id,
            Err(error) if error.may_have_happened() && sabotage::is(Flaw::LostPostSentAgain) => {
                address.kind.create(self.cloud, &self.spec).await?
            }
            Err(error) => self.found(error).await?,
        };
        happened.push(Event::Created { address, id: id.clone() });
        self.made(id, happened).await
    }

    async fn update(
        &self,
        id: &str,
        changed: Vec<String>,
        mut before: Vec<Event>,
    ) -> Result<Made, StepError> {
        let (address, spec, depends_on) =
            (self.address().clone(), self.spec.clone(), self.planned.depends_on.clone());
        let updating =
            Event::Updating { address: address.clone(), spec, depends_on, changed: Some(changed.clone()) };
        before.push(updating);
        self.journal.write(before).await?;
        let id = address.kind.update(self.cloud, &self.spec, id, &changed).await.map_err(unknown)?;
        self.made(id.clone(), vec![Event::Updated { address, id }]).await
    }

    /// Writes what has happened and waits for the resource meanwhile; where there is nothing to wait for, one write says it all.
    async fn made(&self, id: String, mut happened: Vec<Event>) -> Result<Made, StepError> {
        let address = self.address();
        let mut ready = pin!(address.kind.ready(self.cloud, &self.spec, &id));
        let at_once = std::future::poll_fn(|context| match ready.as_mut().poll(context) {
            Poll::Ready(outputs) => Poll::Ready(Some(outputs)),
            Poll::Pending => Poll::Ready(None),
        })
        .await;
        let outputs = match at_once {
            Some(Ok(outputs)) => outputs,
            Some(Err(error)) => {
                self.journal.write(happened).await?;
                return Err(error.into());
            }
            None => {
                let written = async {
                    if happened.is_empty() {
                        Ok(())
                    } else {
                        self.journal.write(std::mem::take(&mut happened)).await
                    }
                };
                let ready = async { Ok::<_, Unwritten>(ready.await) };
                try_join(written, ready).await?.1?
            }
        };
        happened.push(Event::Ready { address: address.clone(), id: id.clone(), outputs: outputs.clone() });
        Ok(self.done(outputs, happened))
    }

    async fn delete(&self, id: &str) -> Result<Made, StepError> {
        let address = self.address().clone();
        self.journal.write(self.deleting(id)).await?;
        if sabotage::is(Flaw::DeletedTooSoon) {
            self.journal.write(vec![Event::Deleted { address: address.clone() }]).await?;
            address.kind.delete(self.cloud, id).await?;
            return Ok(Made { outputs: Attributes::new(), written: None });
        }
        address.kind.delete(self.cloud, id).await?;
        Ok(self.done(Attributes::new(), vec![Event::Deleted { address }]))
    }

    /// What is written before it is deleted; what was not tracked is, from here on.
    fn deleting(&self, id: &str) -> Vec<Event> {
        let adopted = self.tracked.is_none().then(|| self.adopted(id, self.spec.clone(), Attributes::new()));
        adopted.into_iter().chain([Event::Deleting { address: self.address().clone() }]).collect()
    }
}

/// A call that may have happened is not sent again blindly: its intent is in the journal, and the next run looks first.
pub(super) fn unknown(error: KindError) -> StepError {
    if error.may_have_happened() { StepError::Unknown(error) } else { StepError::Kind(error) }
}
