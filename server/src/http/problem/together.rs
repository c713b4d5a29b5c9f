//! What is wrong with several values, told at once.

use serde_json::{Value, json};

use super::Problem;
use crate::registry::Fault;

impl Problem {
    /// Several values that cannot be taken: `detail` and `field` are those of the first, and `errors` has all of them.
    pub fn several(faults: &[Fault]) -> Self {
        let all = faults
            .iter()
            .map(|Fault { field, why }| json!({ "field": field, "detail": why }));
        Self::listed(all.collect())
    }

    fn listed(all: Vec<Value>) -> Self {
        let of_first = |name| {
            let word = all.first().and_then(|one| one.get(name)).and_then(Value::as_str);
            word.unwrap_or_default().to_owned()
        };
        Self::invalid(&of_first("field"), of_first("detail")).member("errors", all)
    }

    /// The values that it tells of; none where it is about something else.
    fn values(&self) -> Option<Vec<Value>> {
        if self.slug != "invalid" {
            return None;
        }
        match self.members.get("errors") {
            Some(Value::Array(all)) => Some(all.clone()),
            _ => Some(vec![
                json!({ "field": self.members.get("field")?, "detail": self.detail }),
            ]),
        }
    }
}

/// Reads two things that are sent side by side, and tells what is wrong with both. What is no matter of a value comes first.
pub fn both<A, B>(
    one: Result<A, impl Into<Problem>>,
    other: Result<B, impl Into<Problem>>,
) -> Result<(A, B), Problem> {
    match (one.map_err(Into::into), other.map_err(Into::into)) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(problem), Ok(_)) | (Ok(_), Err(problem)) => Err(problem),
        (Err(one), Err(other)) => Err(match (one.values(), other.values()) {
            (Some(mut all), Some(more)) => {
                all.extend(more);
                Problem::listed(all)
            }
            (None, _) => one,
            (_, None) => other,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_values_are_told_and_the_first_alone_as_before() {
        let refused = |field| Err::<(), _>(Problem::invalid(field, "is wrong"));
        let one = both(refused("a"), Ok::<_, Problem>(1)).unwrap_err();
        assert!(!one.members.contains_key("errors"));
        let all = both(both(refused("a"), refused("b")), refused("c")).unwrap_err();
        assert_eq!(all.members["field"], "a");
        let told: Vec<&Value> = all.members["errors"].as_array().unwrap().iter().collect();
        assert_eq!(told.len(), 3);
        assert_eq!(told[2], &json!({ "field": "c", "detail": "is wrong" }));
        let first = both(refused("a"), Err::<(), _>(Problem::forbidden("no"))).unwrap_err();
        assert_eq!(first.slug(), "forbidden");
    }
}
