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
    fn one_row_more_means_another_page() {
        let ask = Ask::<u8>::first(2);
        assert_eq!(Page::of(vec![1, 2, 3], &ask, |row| *row).next, Some(2));
        assert_eq!(Page::of(vec![1, 2], &ask, |row| *row).next, None);
        assert_eq!(Page::of(Vec::<u8>::new(), &ask, |row| *row).next, None);
    }
}
