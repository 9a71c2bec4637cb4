//! Properties that only one of two equal sets of values names: of any value, or in an alternative that others contain.

use std::collections::BTreeSet;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::composition::parts::Parts;
use crate::diff::schema::unions::Union;
use crate::diff::walk::schema_findings::record_difference;
use crate::diff::walk::{Context, Node, Pair, Walk, deprecation, follow};
use crate::document::Document;
use crate::pointer;
use crate::schema::Direction;

/// The most references that are followed to find the names of a schema.
const DEEPEST: usize = 16;

/// The properties that a composed schema declares.
#[derive(Default)]
struct Declared<'a> {
    /// Those that are written out in place.
    in_place: Vec<Node<'a>>,
    /// The names of all, through references.
    names: BTreeSet<String>,
    /// The names that every value needs.
    required: BTreeSet<String>,
}

impl<'a> Declared<'a> {
    fn of(document: &'a Document, schema: &Node<'a>, direction: Direction) -> Self {
        let mut declared = Self::default();
        let every = (0, true);
        declared.collect(document, schema, every, &mut BTreeSet::new());
        (declared.in_place).retain(|property| direction.carries(document, property.value));
        declared
    }

    fn collect(
        &mut self,
        document: &'a Document,
        schema: &Node<'a>,
        (depth, is_part): (usize, bool),
        seen: &mut BTreeSet<String>,
    ) {
        if depth == DEEPEST || !seen.insert(schema.pointer.clone()) {
            return;
        }
        let parts = Parts::of(schema.clone());
        for reference in &parts.references {
            let target = follow(document, reference);
            self.collect(document, &target, (depth + 1, is_part), seen);
        }
        for part in &parts.inline {
            for (name, property) in part.members_of("properties") {
                self.names.insert(name.to_owned());
                if depth == 0 {
                    self.in_place.push(property);
                }
            }
            if is_part {
                let names = part.items_of("required");
                let names = names.iter().filter_map(|name| name.value.as_str());
                self.required.extend(names.map(str::to_owned));
            }
            for alternative in Union::of(part).iter().flat_map(Union::alternatives) {
                self.collect(document, alternative, (depth, false), seen);
            }
        }
    }
}

/// Reports the properties that only one of two schemas with equal values declares, unless one of the findings after
/// the first `count` does.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    context: &Context<'a>,
    count: usize,
) {
    let base = Declared::of(walk.base, &wholes.base, context.direction);
    let revision = Declared::of(walk.revision, &wholes.revision, context.direction);
    let mut names = BTreeSet::new();
    for (from, to, action) in [
        (&base, &revision, Action::Removed),
        (&revision, &base, Action::Added),
    ] {
        for property in &from.in_place {
            let name = pointer::last(&property.pointer);
            let is_recorded =
                (walk.recorded_since(count)).any(|change| change.location == property.pointer);
            if to.names.contains(name.as_ref()) || is_recorded || !names.insert(name.to_string()) {
                continue;
            }
            let kind = if from.required.contains(name.as_ref()) {
                Kind::RequiredProperty
            } else {
                Kind::Property
            };
            let message = message!(
                "the property `{}` of {} was {}",
                name.as_ref(),
                &context.subject,
                Part::Text(action.name())
            );
            match deprecation::announcement(walk, property) {
                Some(announcement) if action == Action::Removed => {
                    let message = message!("{}, {}", &message, &announcement);
                    let rule = context.rule(kind, action);
                    walk.note(rule, Class::Docs, property, message);
                }
                Some(_) | None => {
                    record_difference(walk, context, (kind, action), property, message, None);
                }
            }
        }
    }
}
