//! Lists come in pages that follow a key, never an offset.

/// Which page is asked for.
#[derive(Debug, Clone)]
pub struct Ask<K> {
    /// The key of the last row of the page before.
    pub after: Option<K>,
    /// Rows at most.
    pub limit: u16,
}

impl<K> Ask<K> {
    /// The first page.
    pub fn first(limit: u16) -> Self {
        Self { after: None, limit }
    }

    /// One row more than asked for says whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// How what is looked for stands, where it goes from state to state until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing<S> {
    /// However.
    #[default]
    Any,
    /// Not over.
    Open,
    /// Just so.
    Is(S),
}

impl<S> Standing<S> {
    /// As it is asked for: in one state, or whatever is not over, or all.
    pub fn asked(state: Option<S>, open: bool) -> Self {
        match state {
            Some(state) => Self::Is(state),
            None if open => Self::Open,
            None => Self::Any,
        }
    }

    /// The one state that is looked for, and whether it must not be over.
    pub(crate) fn parts(self) -> (Option<S>, bool) {
        match self {
            Self::Any => (None, false),
            Self::Open => (None, true),
            Self::Is(state) => (Some(state), false),
        }
    }
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page<T, K> {
    /// The rows.
    pub rows: Vec<T>,
    /// What the next page follows; none on the last.
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// Makes a page of up to one row more than was asked for.
    pub(crate) fn of(mut rows: Vec<T>, ask: &Ask<K>, key: impl Fn(&T) -> K) -> Self {
        let is_last = rows.len() <= usize::from(ask.limit);
        rows.truncate(usize::from(ask.limit));
        let next = if is_last { None } else { rows.last().map(key) };
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_over_is_looked_for_where_no_state_is_named() {
        for (state, open, parts) in [
            (Some(1), false, (Some(1), false)),
            (Some(1), true, (Some(1), false)),
            (None, true, (None, true)),
            (None, false, (None, false)),
        ] {
            assert_eq!(Standing::asked(state, open).parts(), parts);
        }
    }

    #[test]
    fn one_row_more_means_another_page() {
        let ask = Ask::<u8>::first(2);
        assert_eq!(Page::of(vec![1, 2, 3], &ask, |row| *row).next, Some(2));
        assert_eq!(Page::of(vec![1, 2], &ask, |row| *row).next, None);
        assert_eq!(Page::of(Vec::<u8>::new(), &ask, |row| *row).next, None);
    }
}
