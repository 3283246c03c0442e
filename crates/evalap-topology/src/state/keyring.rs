//! Changing the key: the new one keeps those before it, and what was digested with them is digested once more.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use super::envelope::{self, Unopened};
use super::{Entry, Fold, Session, StateError, StateKey, Store};

/// The object that holds the keys before `key`, encrypted with it.
fn object(key: &StateKey) -> String {
    format!("key/{}", key.id())
}

/// `key` with those before it, if there were any.
pub(super) async fn load(store: &Store, key: StateKey) -> Result<StateKey, StateError> {
    let object = object(&key);
    let Some(sealed) = store.get(&object).await? else { return Ok(key) };
    let unreadable = |what: &str| StateError::KeysLost {
        object: object.clone(),
        place: store.place().to_owned(),
        what: what.to_owned(),
    };
    let opened = envelope::open(&key, &object, &sealed).map_err(|problem| match problem {
        Unopened::Damaged(what) => unreadable(what),
        Unopened::WrongKey { .. } | Unopened::Newer { .. } => unreadable("was written by somebody else"),
    })?;
    let payload = Zeroizing::new(opened.payload);
    let texts = std::str::from_utf8(&payload).map_err(|_| unreadable("is no list of keys"))?;
    key.with_older(texts)
}

impl<S: Fold> Session<S> {
    /// Uses `new` from here on. What was written before stays as it is, and can be read with `new` as well; the digests
    /// in the state are made anew, so that nothing looks changed. Needs the lock. Gives the number of the record.
    ///
    /// Whoever has the old key can still read what was written with it, and nothing that is written after.
    ///
    /// # Errors
    /// [`StateError::KeyUsed`] where `new` is the key in use, or was one before. After [`StateError::Unavailable`] it may be
    /// in use or not: [`Session::refresh`] finds out when the store can be reached again, and [`Session::key`] is the one
    /// in use then.
    pub async fn rekey(&mut self, new: &StateKey) -> Result<u64, StateError> {
        match self.try_rekey(new).await {
            // The answer may be lost and the change made.
            Err(error) if error.is_unavailable() => {
                // However far it comes.
                drop(self.refresh().await);
                if self.key().id() == new.id() { Ok(self.folded.head.seq) } else { Err(error) }
            }
            done => done,
        }
    }

    async fn try_rekey(&mut self, new: &StateKey) -> Result<u64, StateError> {
        // An earlier change whose answer was lost may be in the log: the key that reads it is forgotten below.
        self.refresh().await?;
        self.held()?;
        let old = self.key().clone();
        let used = |key: &StateKey| StateError::KeyUsed { key: key.id().to_owned() };
        if old.knows(new.id()) {
            return Err(used(new));
        }
        let key = new.after(&old);
        let store = self.log.store.clone();
        let sealed = envelope::seal(&key, &store.random, &object(&key), key.older_texts().as_bytes())?;
        // There already where this was interrupted: then it must hold the same keys.
        if !store.create(&object(&key), &sealed).await?
            && load(&store, new.clone()).await?.older_texts() != key.older_texts()
        {
            return Err(used(new));
        }
        // Before the record: if that is given up halfway, or its answer lost, we must be able to read it when we meet it.
        self.log.next.push(key.clone());
        loop {
            self.held()?;
            if self.key().id() != old.id() {
                return Err(StateError::KeyChanged { key: self.key().id().to_owned() });
            }
            let seq = self.folded.head.seq + 1;
            let Some(proof) = key.proof_of(key.id(), seq) else { return Err(used(new)) };
            let state = lifted(&key, &self.folded.state)?;
            let (from, to) = (old.id().to_owned(), key.id().to_owned());
            let mut entries = vec![Entry::Rekeyed { from, to, proof, state }];
            if let Some(seq) = self.try_take_with(&mut entries, key.clone()).await? {
                // The key is in use by now, whatever becomes of what only saves time.
                self.try_snapshot().await;
                return Ok(seq);
            }
        }
    }
}

/// The same with the digests of older keys made anew.
pub(super) fn lifted<T: Serialize + DeserializeOwned>(key: &StateKey, told: &T) -> Result<T, StateError> {
    let mut value = serde_json::to_value(told).map_err(StateError::Encode)?;
    lift(key, &mut value);
    serde_json::from_value(value).map_err(StateError::Encode)
}

fn lift(key: &StateKey, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(digest) = key.lift(text) {
                *text = digest.to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| lift(key, value)),
        Value::Object(values) => values.values_mut().for_each(|value| lift(key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
