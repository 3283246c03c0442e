//! One environment: what is remembered, what exists, what shall be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use scaleway_core::{Client, Timestamp};

use crate::address::Address;
use crate::apply::{self, ApplyOptions, Outcome, Progress};
use crate::cloud::Cloud;
use crate::definition::Definition;
use crate::error::{Error, told};
use crate::kinds::{KindName, Resource};
use crate::model::{Binding, Event, State};
use crate::observe::Observed;
use crate::plan::{self, Basis, Change, Plan, Scope};
use crate::resources::resources;
use crate::sources::Sources;
use crate::state::{Holder, Lease, Merged, Note, Session, StateError, StateKey, Store, Wait};

/// One environment, opened: plans and applies its definition.
#[derive(Debug)]
pub struct Engine {
    cloud: Cloud,
    session: Session<State>,
    binding: Binding,
    desired: Arc<[Resource]>,
    /// Secrets that the definition takes as they are and that do not exist.
    missing: Vec<String>,
    /// Changes when the definition does, or a value that it takes from outside.
    definition: String,
}

/// How often a plan that has problems is made, where the state has moved meanwhile.
const LOOKS: u32 = 3;

/// Who takes the lock, and how long for it is waited.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Lock {
    /// Who takes it.
    pub holder: Holder,
    /// How long for it is waited; an error says who holds it after that.
    pub wait: Duration,
}

impl Lock {
    /// The lock for `command` (`deploy_staging apply`), not waited for.
    pub fn now(command: impl Into<String>) -> Self {
        Self::of(Holder::current(command))
    }

    /// The lock for `holder`, not waited for.
    pub fn of(holder: Holder) -> Self {
        Self { holder, wait: Duration::ZERO }
    }
}

impl Engine {
    /// Opens the environment that `definition` describes. `endpoint` names what is on the other side of the client:
    /// `scaleway`, or an emulator. Nothing is written.
    ///
    /// # Errors
    /// [`Error::OtherCloud`] where the state belongs elsewhere, and what keeps state or project from being used.
    pub async fn open(
        client: &Client,
        definition: &Definition,
        mut sources: Sources,
        store: Store,
        key: StateKey,
        endpoint: &str,
    ) -> Result<Self, Error> {
        let environment = &definition.environment;
        let invalid = |what: &str| Error::Refused {
            problems: vec![format!("environment.{what} is not valid: check the definition first")],
        };
        let project = environment.project_id.parse().map_err(|_| invalid("project_id"))?;
        let region = environment.region.parse().map_err(|_| invalid("region"))?;
        let session = Box::pin(Session::<State>::open(store, key)).await?;
        if let Some(to) = session.moved_to() {
            let (place, to) = (session.store().place().to_owned(), to.to_owned());
            return Err(StateError::MovedTo { place, to }.into());
        }
        let binding = Binding {
            environment: environment.name.clone(),
            endpoint: endpoint.to_owned(),
            project_id: environment.project_id.clone(),
            region: environment.region.clone(),
        };
        if let Some(bound) = session.state().binding.as_ref().filter(|bound| **bound != binding) {
            return Err(Error::OtherCloud { bound: Box::new(bound.clone()), asked: Box::new(binding) });
        }
        let values: Vec<_> = sources.values().cloned().collect();
        let marks = environment.required_tags().to_vec();
        let cloud =
            Cloud::new(client, project, &region, marks, session.key().clone(), values.iter().cloned());
        let missing = sources.find_existing(&cloud, definition).await?;
        let desired = resources(definition, &sources, session.key()).into();
        let digest = definition.digest().map_err(|_| invalid("definition"))?;
        let digests: Vec<_> = values.iter().map(|value| session.key().digest(value).to_string()).collect();
        let parts = std::iter::once(digest.as_str()).chain(digests.iter().map(String::as_str));
        let definition = session.key().fingerprint(parts).to_string();
        Ok(Self { cloud, session, binding, desired, missing, definition })
    }

    /// What we made, as far as the state was read.
    pub fn state(&self) -> &State {
        self.session.state()
    }

    /// The log below, for history and verification.
    pub fn session(&mut self) -> &mut Session<State> {
        &mut self.session
    }

    /// What the state is bound to.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// What must exist.
    pub fn desired(&self) -> &[Resource] {
        &self.desired
    }

    /// What each resource of the definition refers to.
    pub fn dependencies(&self) -> BTreeMap<Address, Vec<Address>> {
        plan::dependencies(&self.desired)
    }

    /// What must change for the definition to be true.
    ///
    /// # Errors
    /// Where the cloud or the state cannot be read, or the definition contradicts itself.
    pub async fn plan(&mut self) -> Result<Plan, Error> {
        self.plan_within(&Scope::default()).await
    }

    /// What must change by what `scope` asks for.
    ///
    /// # Errors
    /// As [`plan`](Self::plan); [`Error::Refused`] where a resource is asked for that there is not.
    pub async fn plan_within(&mut self, scope: &Scope) -> Result<Plan, Error> {
        if scope.destroy {
            return self.plan_for(&[], scope).await;
        }
        if !self.missing.is_empty() {
            return Err(Error::Secrets { problems: self.missing.clone() });
        }
        // Shared, and not taken out: whoever gives this up halfway must find it there the next time.
        let desired = Arc::clone(&self.desired);
        self.plan_for(&desired, scope).await
    }

    /// What must change for nothing that we made to be left.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_destroy(&mut self) -> Result<Plan, Error> {
        self.plan_within(&Scope { destroy: true, ..Scope::default() }).await
    }

    async fn plan_for(&mut self, desired: &[Resource], scope: &Scope) -> Result<Plan, Error> {
        let mut looks = 1;
        loop {
            let plan = self.look(desired, scope).await?;
            if plan.problems.is_empty() || scope.from_memory {
                return Ok(plan);
            }
            // What another run made between reading the state and looking at the cloud seems to be nobody's.
            let read = self.session.head().seq;
            if self.session.refresh().await? == read || looks == LOOKS {
                return Ok(self.told_who_may_be_at_work(plan));
            }
            looks += 1;
        }
    }

    /// Adds to the problems of a plan that they may be those of a moment.
    fn told_who_may_be_at_work(&self, mut plan: Plan) -> Plan {
        if let Some(lease) = self.session.lease().filter(|lease| !lease.holder.is_gone()) {
            plan.problems.push(format!(
                "{} has held the lock since {}, and may be at work: what it makes may not be in the state yet. Plan again when it is done",
                lease.holder, lease.since
            ));
        }
        plan
    }

    async fn look(&mut self, desired: &[Resource], scope: &Scope) -> Result<Plan, Error> {
        match self.session.refresh().await {
            // Read-only, from what is remembered of it.
            Err(error) if scope.from_memory && error.is_unavailable() => {}
            read => drop(read?),
        }
        let state = self.session.state();
        let wanted = desired.iter().map(|resource| resource.address.kind);
        let remembered = state.resources.keys().map(|address| address.kind);
        let kinds: BTreeSet<KindName> = wanted.chain(remembered).collect();
        let (observed, unfinished) = if scope.from_memory {
            Observed::remembered(state)
        } else {
            (Observed::of(&self.cloud, state, kinds).await?, Vec::new())
        };
        let mut basis = self.basis();
        basis.remembered = scope.from_memory.then(|| self.known_since());
        (basis.replace, basis.destroy) = (scope.replace.clone(), scope.destroy);
        let mut plan = plan::plan(desired, state, &observed, basis)?;
        plan.problems.extend(unfinished);
        plan.within(scope)
    }

    /// Since when what the state says may be out of date.
    fn known_since(&self) -> Timestamp {
        let read = self.session.away().map(|away| away.since);
        read.or(self.session.head().at).unwrap_or_else(|| self.cloud.clock().now())
    }

    fn basis(&self) -> Basis {
        let state = self.session.state();
        let depended_on = state
            .resources
            .iter()
            .map(|(address, tracked)| (address.clone(), tracked.depends_on.clone()))
            .collect();
        Basis::new(self.binding.clone(), state.version, self.definition.clone(), depended_on)
    }

    /// Carries out a plan, under the lock. `waiting` is told who holds it while it is waited for. What became of it is in
    /// the audit, a refusal too.
    ///
    /// # Errors
    /// [`Error::StalePlan`] where what the plan was made from has moved, [`Error::Refused`] where a person must decide
    /// something first, [`Error::State`] where the lock is held or the state cannot be written. What failed of the changes
    /// themselves is in the [`Outcome`].
    pub async fn apply(
        &mut self,
        plan: &Plan,
        lock: Lock,
        options: &ApplyOptions,
        waiting: impl FnMut(&Wait<'_>),
        report: &(dyn Fn(Progress) + Sync),
    ) -> Result<Outcome, Error> {
        if let Err(error) = self.begin(plan, &lock, options, waiting).await {
            self.tell_refused(&lock.holder, &error).await;
            return Err(error);
        }
        let outcome = self.apply_locked(plan, options, report).await;
        let (word, counts) = match &outcome {
            Ok(outcome) if outcome.is_complete() => ("done", outcome.done.len()),
            Ok(outcome) => ("failed", outcome.failed.len()),
            Err(_) => ("refused", 0),
        };
        let mut note = Note::new(&lock.holder, word).detail("changes", counts.to_string());
        if let Err(error) = &outcome {
            note = note.detail("because", told(error));
        }
        let calls = self.cloud.fence().calls();
        let sent = calls.len();
        let released = Box::pin(self.session.release_with(Some(note.clone()), calls.clone())).await;
        let mut kept = None;
        if let Err(error) = &released {
            if let Err(error) = self.session.leave_after(error, note).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "how this ended is not in the audit"
                );
            }
            // Nobody on this machine has read more of it, and it may be long until it can be read again.
            self.session.remember().await;
            if sent > 0 {
                kept = self.session.keep(Vec::new(), calls).await.ok();
            }
        }
        if released.is_ok() || kept.is_some() {
            self.cloud.fence().told(sent);
        }
        let mut outcome = outcome?;
        outcome.kept.extend(kept);
        match released {
            // Whoever has taken the lock over has it now; what failed for that is in the outcome already.
            Err(error) if error.is_fenced() => {}
            Err(error) => outcome.locked = Some(told(&error)),
            Ok(()) => {}
        }
        Ok(outcome)
    }

    /// Takes the lock for a plan that may be carried out.
    async fn begin(
        &mut self,
        plan: &Plan,
        lock: &Lock,
        options: &ApplyOptions,
        waiting: impl FnMut(&Wait<'_>),
    ) -> Result<(), Error> {
        if !plan.problems.is_empty() {
            return Err(Error::Refused { problems: plan.problems.clone() });
        }
        let losses = plan.losses();
        if !losses.is_empty() && options.confirm.as_deref() != Some(&self.binding.environment) {
            let losses = losses.iter().map(|address| format!("{address} is deleted with its data"));
            let how = format!("confirm with the environment's name, {:?}", self.binding.environment);
            return Err(Error::Refused { problems: losses.chain([how]).collect() });
        }
        Ok(Box::pin(self.session.lock(lock.holder.clone(), lock.wait, waiting)).await?)
    }

    /// Leaves in the log that something was refused. That it could not be left is no second error.
    async fn tell_refused(&mut self, holder: &Holder, refused: &Error) {
        if !self.session.takes_notes() {
            return;
        }
        let note = Note::new(holder, "refused").detail("because", told(refused));
        let left = if refused.is_away() {
            self.session.keep_note(note).await
        } else {
            self.session.leave(note).await
        };
        if let Err(error) = left {
            tracing::warn!(error = &error as &dyn std::error::Error, "a refusal is not in the audit");
        }
    }

    /// Whether a plan that was kept does what was said of it still: neither what it was made from nor what it changes in the
    /// cloud has moved. One that was made from memory was never held against the cloud.
    ///
    /// # Errors
    /// [`Error::StalePlan`] where something has moved, and where state or cloud cannot be read.
    pub async fn look_again(&mut self, kept: &Plan) -> Result<(), Error> {
        self.session.refresh().await?;
        kept.basis.still_holds(&self.basis())?;
        if kept.basis.remembered.is_some() {
            return Ok(());
        }
        let (replace, destroy) = (kept.basis.replace.clone(), kept.basis.destroy);
        let now = self.plan_within(&Scope { replace, destroy, ..Scope::default() }).await?;
        let now: HashMap<&Address, &Change> =
            now.changes.iter().map(|planned| (&planned.address, &planned.change)).collect();
        let mut changed = kept.effective().filter(|planned| planned.change.touches_cloud());
        match changed.find(|planned| now.get(&planned.address) != Some(&&planned.change)) {
            Some(planned) => {
                let what = format!("{} is not as it was when this was planned", planned.address);
                Err(Error::StalePlan { what })
            }
            None => Ok(()),
        }
    }

    /// Writes to the log what an earlier run on this machine could not, under the lock: what is planned next knows of it.
    /// `None` where there is no such thing.
    ///
    /// # Errors
    /// [`Error::State`] where the lock is held, or the state cannot be written.
    pub async fn merge_kept(
        &mut self,
        lock: Lock,
        waiting: impl FnMut(&Wait<'_>),
    ) -> Result<Option<Merged>, Error> {
        if self.session.away().is_some() || !self.session.has_kept().await? {
            return Ok(None);
        }
        Box::pin(self.session.lock(lock.holder.clone(), lock.wait, waiting)).await?;
        let merged = Box::pin(self.session.merge_kept()).await;
        let note = match &merged {
            Ok(_) => Note::new(&lock.holder, "done"),
            Err(error) => Note::new(&lock.holder, "failed").detail("because", told(error)),
        };
        if let Err(error) = Box::pin(self.session.release(Some(note.clone()))).await {
            // What could not be merged matters more; either way the audit has how it ended, or will.
            self.session.leave_after(&error, note).await?;
            merged?;
            return Err(error.into());
        }
        Ok(merged?)
    }

    /// Frees the lock where a run on this machine has died with it, its work done: who applies something takes such a
    /// lock over by itself, who has nothing to apply would leave it. Tells which it was.
    ///
    /// # Errors
    /// [`Error::State`] where the state cannot be written.
    pub async fn free_abandoned(&mut self, by: Holder) -> Result<Option<Lease>, Error> {
        let abandoned = self.session.lease().filter(|lease| lease.holder.is_gone()).cloned();
        if self.session.away().is_some() || abandoned.is_none() {
            return Ok(None);
        }
        let note = Note::new(&by, "done").detail("changes", "0");
        Box::pin(self.session.lock(by, Duration::ZERO, |_| ())).await?;
        Box::pin(self.session.release(Some(note))).await?;
        Ok(abandoned)
    }

    async fn apply_locked(
        &mut self,
        plan: &Plan,
        options: &ApplyOptions,
        report: &(dyn Fn(Progress) + Sync),
    ) -> Result<Outcome, Error> {
        // Before the plan is held against the state: it was made without what an earlier run could not write.
        if let Some(merged) = Box::pin(self.session.merge_kept()).await? {
            report(Progress::Merged(merged));
        }
        plan.basis.still_holds(&self.basis())?;
        if self.session.state().binding.is_none() {
            self.session.append(vec![Event::Bound { binding: self.binding.clone() }]).await?;
        }
        Box::pin(apply::apply(&self.cloud, &mut self.session, plan, options, report)).await
    }
}

#[cfg(test)]
mod tests;
