//! Has no code: its manifest unifies the features of dependencies.
