//! What a user may do in a business.

/// What a user may do in a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// May revoke every token of the business.
    Admin,
    /// May revoke its own tokens.
    Member,
}

impl Role {
    /// Returns the role's name, as the store and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Finds the role with this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Admin, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}
