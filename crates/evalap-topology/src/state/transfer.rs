//! A state goes elsewhere: from a folder into a bucket, or back.

use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Entry, Fold, Note, Session, StateError, Store, log};

/// How many objects are copied at once.
const PARALLEL: usize = 16;

impl<S: Fold> Session<S> {
    /// Copies the whole state to `there`, byte for byte, and writes here that it goes on there: nothing is written here
    /// after that, unless it comes back. The lock is given back there. Needs the lock. One that was interrupted can be
    /// repeated.
    ///
    /// # Errors
    /// [`StateError::OtherLog`] where another state is there, or this one has gone on there already: then nothing was
    /// written there, and the lock is held on.
    pub async fn move_to(&mut self, there: Store, note: Note) -> Result<Self, StateError> {
        self.held()?;
        let copied = self.folded.head.seq;
        self.is_the_same(&there).await?;
        self.copy("key", &there, true).await?;
        self.copy_log(&there).await?;
        self.copy("seg", &there, false).await?;
        self.copy("snap", &there, false).await?;
        let mut moved = Self::open(there.clone(), self.key().clone()).await?.lease_times(self.times);
        self.ends_as(&moved)?;
        let last = self.write_held(vec![Entry::MovedTo { place: there.place().to_owned() }]).await?;
        // There too: a log that comes back meets its own beginning. And what came between, for notes need no lock.
        for seq in copied + 1..=last {
            self.copy_one(log::object(seq), &there, true).await?;
        }
        moved.refresh().await?;
        self.ends_as(&moved)?;
        moved.own = self.own.take();
        moved.release(Some(note)).await?;
        Ok(moved)
    }

    /// Ends a move that was interrupted when this log had said that it goes on `there`: what is missing there of its end is
    /// copied, without which it could not come back. Whether something was; where it has gone on already, nothing is.
    ///
    /// # Errors
    /// [`StateError::OtherLog`] where another state is there; what the stores say.
    pub async fn end_move(&self, there: &Store) -> Result<bool, StateError> {
        if !self.moved_to().is_some_and(|to| there.is_at(to)) {
            return Ok(false);
        }
        match self.is_the_same(there).await {
            // It begins as this one does, and says something else where this one says that it was moved.
            Err(StateError::OtherLog { seq, .. }) if seq > 1 => return Ok(false),
            same => same?,
        }
        let last = self.folded.head.seq;
        let newest = there.numbers("log", &log::object(0)).await?.last().copied().unwrap_or(0);
        self.copy("key", there, true).await?;
        for seq in newest + 1..=last {
            self.copy_one(log::object(seq), there, true).await?;
        }
        Ok(newest < last)
    }

    fn ends_as(&self, moved: &Self) -> Result<(), StateError> {
        let (place, seq) = (moved.log.store.place().to_owned(), moved.folded.head.seq);
        if moved.folded.head == self.folded.head { Ok(()) } else { Err(StateError::OtherLog { place, seq }) }
    }

    /// What is there already must be a part of this log: a record of ours behind another's would spoil both.
    async fn is_the_same(&self, there: &Store) -> Result<(), StateError> {
        let numbers = there.numbers("log", &log::object(0)).await?;
        let compared = stream::iter(numbers).map(async |seq| {
            let (ours, theirs) =
                try_join(self.log.store.get(&log::object(seq)), there.get(&log::object(seq))).await?;
            if ours == theirs {
                return Ok(());
            }
            Err(StateError::OtherLog { place: there.place().to_owned(), seq })
        });
        compared.buffered(PARALLEL).try_collect::<()>().await
    }

    async fn copy_log(&self, there: &Store) -> Result<(), StateError> {
        let copies =
            stream::iter(1..=self.folded.head.seq).map(|seq| self.copy_one(log::object(seq), there, true));
        copies.buffered(PARALLEL).try_collect::<()>().await
    }

    async fn copy(&self, folder: &str, there: &Store, must: bool) -> Result<(), StateError> {
        let names = self.log.store.names(folder).await?;
        let copies = stream::iter(names).map(|name| self.copy_one(format!("{folder}/{name}"), there, must));
        copies.buffered(PARALLEL).try_collect::<()>().await
    }

    /// What is a cache may be there otherwise.
    async fn copy_one(&self, object: String, there: &Store, must: bool) -> Result<(), StateError> {
        let Some(bytes) = self.log.store.get(&object).await? else { return Ok(()) };
        if there.create(&object, &bytes).await? || !must {
            return Ok(());
        }
        let seq = object.rsplit('/').next().and_then(|name| name.parse().ok()).unwrap_or(0);
        Err(StateError::OtherLog { place: there.place().to_owned(), seq })
    }
}
