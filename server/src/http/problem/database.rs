//! What the database's refusals mean for who asked.

use sea_orm::{DbErr, RuntimeErr};

/// Whose fault it is that the database refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Fault {
    /// Who asked: PostgreSQL cannot hold a value, as a text with U+0000.
    Asker,
    /// Nobody's here: the database is away, has no room, or broke it off. Trying again may help.
    Away,
    /// The platform's: a constraint that no rule above it holds, or a statement that is wrong. Trying again does not help.
    Own,
}

impl Fault {
    pub(in crate::http) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::told(error),
            // A row of another shape than the statement was written for.
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } | DbErr::ConvertFromU64(_) => {
                Self::Own
            }
            _ => Self::Away,
        }
    }

    fn told(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(refused) => refused.code().map_or(Self::Away, |code| Self::coded(&code)),
            sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::Encode(_)
            | sqlx::Error::TypeNotFound { .. } => Self::Own,
            _ => Self::Away,
        }
    }

    /// By the class of PostgreSQL's code (appendix A of its manual): data exceptions; cardinality, integrity constraints,
    /// syntax and rights, features, what a function raises, the server's own faults; and all else.
    fn coded(code: &str) -> Self {
        match code.get(..2) {
            Some("22") => Self::Asker,
            Some("0A" | "21" | "23" | "42" | "44" | "P0" | "XX") => Self::Own,
            _ => Self::Away,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_text_with_a_nul("22021", Fault::Asker)]
    #[case::a_key_that_is_taken("23505", Fault::Own)]
    #[case::a_right_that_lacks("42501", Fault::Own)]
    #[case::a_function_that_raised("P0001", Fault::Own)]
    #[case::a_deadlock("40P01", Fault::Away)]
    #[case::too_many_connections("53300", Fault::Away)]
    #[case::no_time_left("57014", Fault::Away)]
    #[case::a_server_that_goes("57P01", Fault::Away)]
    #[case::a_connection_that_broke("08006", Fault::Away)]
    fn whose_fault_it_is_says_the_code(#[case] code: &str, #[case] fault: Fault) {
        assert_eq!(Fault::coded(code), fault);
    }

    #[test]
    fn who_waits_in_vain_for_a_connection_finds_the_database_away() {
        assert_eq!(Fault::told(&sqlx::Error::PoolTimedOut), Fault::Away);
        assert_eq!(
            Fault::told(&sqlx::Error::ColumnNotFound("n".to_owned())),
            Fault::Own
        );
    }
}
