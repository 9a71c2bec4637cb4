//! What operators ask for on the command line, on either database.

use chrono::TimeDelta;
use uuid::Uuid;

use super::administration::{
    BusinessLine, Mass, MassRevoked, MemberChange, MemberChanged, Pruned, Selection, TokenLine,
    UserLine,
};
use super::error::StoreError;
use super::records::Membership;
use super::{Store, postgres, sqlite};
use crate::timestamp::Timestamp;

/// Calls the function of this name of the store's database: within `administer` to change something, within `look_up` to read.
macro_rules! call {
    ($store:ident.$within:ident, $module:ident::$function:ident($($argument:expr),*)) => {
        match $store {
            Self::Sqlite(store) => {
                let work = move |connection: &_| sqlite::$module::$function(connection, $($argument),*);
                store.$within(work).await
            }
            Self::Postgres(store) => {
                store
                    .$within(async |transaction| {
                        postgres::$module::$function(transaction, $($argument),*).await
                    })
                    .await
            }
        }
    };
}

impl Store {
    /// Returns the membership of a user in a business, and creates business, user and membership where they do not exist. An
    /// existing membership keeps its role.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when the user is deactivated.
    pub(crate) async fn ensure_member(
        &self,
        change: MemberChange,
    ) -> Result<Membership, StoreError> {
        call!(self.administer, members::ensure_member(&change))
    }

    /// Reads a page of the selected tokens after this one, in the order of their creation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such token, user or business.
    pub(crate) async fn selected_tokens(
        &self,
        selection: Selection,
        after: Option<(Timestamp, Uuid)>,
    ) -> Result<Vec<TokenLine>, StoreError> {
        call!(self.look_up, tokens::tokens(&selection, after))
    }

    /// Revokes all selected tokens in one transaction; returns when that is durable.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such token, user or business.
    pub(crate) async fn revoke_all(&self, mass: Mass) -> Result<MassRevoked, StoreError> {
        call!(self.administer, tokens::revoke_all(&mass))
    }

    /// Reads the users of a business, or all of them, once for each of their memberships.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such business.
    pub(crate) async fn users(
        &self,
        business: Option<String>,
    ) -> Result<Vec<UserLine>, StoreError> {
        call!(self.look_up, members::users(business.as_deref()))
    }

    /// Adds a user to a business. A deactivated one is activated. A member keeps its role, which is returned if it is another one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such business.
    pub(crate) async fn add_member(
        &self,
        change: MemberChange,
    ) -> Result<MemberChanged, StoreError> {
        call!(self.administer, members::add_member(&change))
    }

    /// Gives a member of a business this role. Returns the previous one if it was another.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such business, user or member.
    pub(crate) async fn set_role(&self, change: MemberChange) -> Result<MemberChanged, StoreError> {
        call!(self.administer, members::set_role(&change))
    }

    /// Deactivates the user with this email, and revokes all tokens of the user in the same transaction. Also returns whether the
    /// user was active. `mass` selects this user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when there is no such user.
    pub(crate) async fn deactivate(
        &self,
        mass: Mass,
        email: String,
    ) -> Result<(bool, MassRevoked), StoreError> {
        call!(self.administer, members::deactivate(&mass, &email))
    }

    /// Reads all businesses.
    pub(crate) async fn businesses(&self) -> Result<Vec<BusinessLine>, StoreError> {
        call!(self.look_up, members::businesses())
    }

    /// Adds a business, unless there is one with this name. Returns its id, and whether it was added.
    pub(crate) async fn add_business(
        &self,
        name: String,
        operator: String,
    ) -> Result<(Uuid, bool), StoreError> {
        call!(self.administer, members::add_business(&name, &operator))
    }

    /// Deletes the tokens that expired longer than `age` ago with their revocations, and older events of the audit trail, some in
    /// each transaction, which records them. Returns the instant before which it was. Tokens stay that have minted another one which stays, and the events that say where a token comes from.
    pub(crate) async fn prune(
        &self,
        age: TimeDelta,
        operator: String,
    ) -> Result<(Timestamp, Pruned), StoreError> {
        // Not by the clock of this machine, if the database has another one.
        let now: Timestamp = call!(self.look_up, prune::now())?;
        let before = now.as_utc().checked_sub_signed(age);
        let before = before.map_or(Timestamp::from_micros(0), Timestamp::from_utc);
        let mut all = Pruned::default();
        loop {
            let operator = operator.clone();
            let some: Pruned = call!(self.administer, prune::prune_tokens(before, &operator))?;
            if some.tokens == 0 {
                break;
            }
            all.tokens += some.tokens;
            all.revocations += some.revocations;
        }
        let mut after = 0;
        loop {
            let operator = operator.clone();
            let some: Option<(u64, i64)> = call!(
                self.administer,
                prune::prune_events(before, after, &operator)
            )?;
            let Some((events, last)) = some else { break };
            all.events += events;
            after = last;
        }
        Ok((before, all))
    }
}
