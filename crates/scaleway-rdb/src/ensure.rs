//! Making sure: what an instance shall hold is looked for, made where it lacks and mended where it differs.
//!
//! These calls can be repeated, whatever became of the one before. On one [`Rdb`] and its clones, those for one instance
//! take turns in the order in which they came, since an instance takes one such write at a time; nothing but the order is
//! held while the network is waited for, and dropping a call gives its turn to the next. A turn is waited for an hour at
//! most. Writes of others (409 `transient_state`) are waited out for up to 15 minutes.

use scaleway_core::Result;

use crate::{
    CreateDatabase, CreateUser, Database, InstanceId, ListDatabases, ListPrivileges, ListUsers, Permission,
    Privilege, Rdb, SetPrivilege, UpdateUser, User,
};

/// # Making sure of databases, users and privileges
impl Rdb {
    /// The database of this name, by `ListDatabases`; its size is left out.
    pub async fn find_database(&self, instance: &InstanceId, name: &str) -> Result<Option<Database>> {
        let list = ListDatabases::default().name(name).skip_size_retrieval(true);
        let found = self.list_databases(instance, list).all().await?;
        Ok(found.into_iter().find(|database| database.name == name))
    }

    /// The user of this name, by `ListUsers`.
    pub async fn find_user(&self, instance: &InstanceId, name: &str) -> Result<Option<User>> {
        let found = self.list_users(instance, ListUsers::default().name(name)).all().await?;
        Ok(found.into_iter().find(|user| user.name == name))
    }

    /// What the user may do in the database, by `ListPrivileges`.
    pub async fn find_privilege(
        &self,
        instance: &InstanceId,
        database: &str,
        user: &str,
    ) -> Result<Option<Privilege>> {
        let list = ListPrivileges::default().database_name(database).user_name(user);
        let found = self.list_privileges(instance, list).all().await?;
        Ok(found.into_iter().find(|found| found.database_name == database && found.user_name == user))
    }

    /// Makes the database unless it is there, by `CreateDatabase`.
    ///
    /// It can be repeated, takes its turn with the other changes of the instance that this `Rdb` and its clones make, and
    /// waits while the instance is busy.
    ///
    /// ```no_run
    /// # use scaleway_rdb::{CreateDatabase, CreateUser, InstanceId, Permission, Rdb, SetPrivilege};
    /// # async fn run(rdb: Rdb, id: InstanceId, password: scaleway_core::Secret) -> scaleway_rdb::Result<()> {
    /// rdb.ensure_database(&id, CreateDatabase::new("evalap")).await?;
    /// rdb.ensure_user(&id, CreateUser::new("api", password)).await?;
    /// rdb.ensure_privilege(&id, SetPrivilege::new("evalap", "api", Permission::All)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ensure_database(&self, instance: &InstanceId, request: CreateDatabase) -> Result<Database> {
        let _turn = self.turn(instance).await?;
        let look = || self.find_database(instance, &request.name);
        if let Some(found) = look().await? {
            return Ok(found);
        }
        match self.patiently(instance, || self.create_database(instance, request.clone())).await {
            Err(error) => self.made_after_all(error, look).await,
            made => made,
        }
    }

    /// Makes the user, by `CreateUser`; one that is there gets this password and administers the instance or not as asked,
    /// by `UpdateUser`. A password cannot be read, so it is written each time: give the same one as long as it shall stay,
    /// and [look](Self::find_user) first where that of a user who is there is not to be touched.
    ///
    /// It is repeated, queued and patient as [`ensure_database`](Self::ensure_database).
    pub async fn ensure_user(&self, instance: &InstanceId, request: CreateUser) -> Result<User> {
        let _turn = self.turn(instance).await?;
        let look = || self.find_user(instance, &request.name);
        let found = match look().await? {
            Some(found) => found,
            None => match self.patiently(instance, || self.create_user(instance, request.clone())).await {
                Err(error) => self.made_after_all(error, look).await?,
                made => return made,
            },
        };
        let mut update = UpdateUser::default().password(request.password.clone());
        if found.is_admin != request.is_admin {
            update = update.is_admin(request.is_admin);
        }
        self.patiently(instance, || self.update_user(instance, &request.name, update.clone())).await
    }

    /// Lets the user do this in the database, by `SetPrivilege`, unless it may already. Both must be there.
    ///
    /// A privilege that was [`Permission::Readwrite`] reads [`Permission::Custom`] once there are tables that are newer:
    /// where `Readwrite` is wanted, `Custom` is left and answered. It is repeated, queued and patient as
    /// [`ensure_database`](Self::ensure_database).
    pub async fn ensure_privilege(&self, instance: &InstanceId, request: SetPrivilege) -> Result<Privilege> {
        let _turn = self.turn(instance).await?;
        let stands = |found: &Privilege| {
            found.permission == request.permission
                || (&found.permission, &request.permission) == (&Permission::Custom, &Permission::Readwrite)
        };
        let look = async || {
            let found = self.find_privilege(instance, &request.database_name, &request.user_name).await;
            found.map(|found| found.filter(stands))
        };
        if let Some(found) = look().await? {
            return Ok(found);
        }
        match self.patiently(instance, || self.set_privilege(instance, request.clone())).await {
            Err(error) if error.may_have_happened() => look().await?.ok_or(error),
            set => set,
        }
    }
}
