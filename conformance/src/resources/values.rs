//! The values of one ordinary request, each with where it comes from.

use futures_util::future::BoxFuture;
use openapi::Operation;
use openapi::media_type::MediaType;
use serde_json::Value;

use super::chosen::{Chosen, ChosenBody, ChosenParameter, Made};
use super::graph::Slot;
use super::inputs::{Body, Parameter, bodies, parameters};
use super::origin::Origin;
use super::scope::{Bound, Found};
use super::writing::Form;
use super::{examples, unique};
use crate::case::sample::Location;
use crate::case::{Effect, Stop};
use crate::contract::Contract;
use crate::profile::{OperationValues, Role};
use crate::trial::Trial;
use crate::wire::Caller;

/// The supply of the things that requests name.
pub(super) trait Things: Sync {
    /// Makes a thing of a kind for a case. Its later requests name this one.
    fn make<'a>(&'a self, t: &'a Trial, kind: usize) -> BoxFuture<'a, Result<Made, Stop>>;

    /// Returns a thing of a kind that cases only read, which is within others: given from the outermost.
    fn shared<'a>(
        &'a self,
        t: &'a Trial,
        kind: usize,
        within: &'a [(String, Bound)],
    ) -> BoxFuture<'a, Result<Found, Stop>>;

    /// Returns a thing of a kind that cases only read, with all that holds it.
    fn shared_with_holders<'a>(
        &'a self,
        t: &'a Trial,
        kind: usize,
    ) -> BoxFuture<'a, Result<Found, Stop>>;

    /// Returns the `ETag` that an operation answers with, which reads what the case names.
    fn tag<'a>(&'a self, t: &'a Trial, reader: usize) -> BoxFuture<'a, Option<String>>;
}

/// Chooses the values of an ordinary request of an operation, and records where they come from.
pub(super) async fn choose(
    t: &Trial,
    operation: usize,
    supply: &dyn Things,
) -> Result<Chosen, Stop> {
    let chosen = choose_unrecorded(t, operation, supply).await?;
    let record = |place, origin: &Origin| {
        t.deployment()
            .chose_value(operation, place, origin.to_string());
    };
    for parameter in &chosen.parameters {
        let place = format!("{}.{}", parameter.location.name(), parameter.name);
        record(place, &parameter.origin);
    }
    if let Some(body) = &chosen.body {
        record("body".to_owned(), &body.origin);
    }
    Ok(chosen)
}

/// Chooses the values of an ordinary request of an operation.
pub(super) async fn choose_unrecorded(
    t: &Trial,
    operation: usize,
    supply: &dyn Things,
) -> Result<Chosen, Stop> {
    let mut choice = Choice::of(t, operation, supply)?;
    choice.name_things().await?;
    let mut chosen = Vec::new();
    for parameter in parameters(choice.contract, choice.operation) {
        if let Some((value, origin)) = choice.parameter(&parameter).await? {
            chosen.push(ChosenParameter {
                location: parameter.location,
                name: parameter.name.to_owned(),
                value,
                origin,
            });
        }
    }
    choice.add_undeclared(&mut chosen);
    Ok(Chosen {
        operation,
        parameters: chosen,
        body: choice.body().await?,
    })
}

/// The choice of the values of one request.
struct Choice<'t> {
    t: &'t Trial,
    supply: &'t dyn Things,
    caller: Caller<'t>,
    contract: &'t Contract,
    index: usize,
    operation: &'t Operation,
    /// The key of the profile that gives values for the operation, and these values.
    given: Option<(&'t str, &'t OperationValues)>,
    /// What an ordinary request does.
    effect: Effect,
    /// The things that its path names, by the key of their kind.
    things: Vec<(String, Bound)>,
    /// Why there is no thing of a kind, by the name of the parameter.
    missing: Vec<(String, String)>,
}

impl<'t> Choice<'t> {
    fn of(t: &'t Trial, index: usize, supply: &'t dyn Things) -> Result<Choice<'t>, Stop> {
        let contract = &t.deployment().contract;
        let operation = &contract.operations()[index].operation;
        let given = &t.deployment().profile.operations;
        let key = operation.to_string();
        let given = (given.get_key_value(&key))
            .or_else(|| given.get_key_value(operation.id.as_ref()?))
            .map(|(key, values)| (key.as_str(), values));
        Ok(Choice {
            t,
            supply,
            caller: t.caller_for(Role::Operator, index)?,
            contract,
            index,
            operation,
            given,
            effect: t.deployment().graph.effect(index),
            things: Vec::new(),
            missing: Vec::new(),
        })
    }

    /// Finds the things that the path names, from the outermost.
    async fn name_things(&mut self) -> Result<(), Stop> {
        if self.contract.revoke_operation() == Some(self.index) {
            return Ok(());
        }
        let slots = self.t.deployment().graph.slots(self.index);
        for (place, slot) in slots.iter().enumerate() {
            let is_last = place + 1 == slots.len();
            match self.thing(slot, is_last).await? {
                Ok(bound) => self.things.push((slot.key.clone(), bound)),
                Err(why) => self.missing.push((slot.name.clone(), why)),
            }
        }
        let changes = matches!(self.effect, Effect::Change | Effect::Delete);
        if changes && slots.is_empty() && !self.is_expendable() {
            return Err(self.not_ours("what it changes"));
        }
        Ok(())
    }

    /// Finds a thing that the path names: that of the case, that of the profile, one that the case makes for itself, or, to
    /// read it, one that cases share. `Err` says why there is none, and the contract's own values may do.
    async fn thing(&self, slot: &Slot, is_last: bool) -> Result<Result<Bound, String>, Stop> {
        if let Some(bound) = self.t.scope().get(&slot.key) {
            return Ok(Ok(bound.clone()));
        }
        let graph = &self.t.deployment().graph;
        let changes = matches!(self.effect, Effect::Change | Effect::Delete);
        let is_changed = changes && is_last;
        let given = self.given_path(&slot.name).map(|(value, origin)| Bound {
            value,
            origin,
            ours: true,
        });
        if let Some(bound) = given.filter(|_| !is_changed || self.is_expendable()) {
            if self.effect != Effect::Safe {
                self.t.scope().bind(&slot.key, bound.clone());
            }
            return Ok(Ok(bound));
        }
        let Some(kind) = graph.kind(&slot.key) else {
            return Ok(Err("the path names nothing there".to_owned()));
        };
        if self.effect == Effect::Safe {
            return self.supply.shared(self.t, kind, &self.things).await;
        }
        let one = &graph.kinds[kind];
        let is_made = one.creators.iter().any(|creator| creator.is_new);
        if is_made {
            return match self.supply.make(self.t, kind).await {
                Ok(made) => Ok(Ok(made.bound)),
                Err(stop) if is_changed && self.is_expendable() => {
                    Ok(Err(stop.reason().to_owned()))
                }
                Err(stop) => Err(stop),
            };
        }
        let why = format!("no operation of the contract makes a {}", one.noun);
        match is_changed || one.is_thing() {
            true if self.is_expendable() => Ok(Err(why)),
            true => Err(self.not_ours(&format!("the {}", one.noun))),
            false => Ok(Err(why)),
        }
    }

    /// Returns whether the profile says that what the operation changes may be lost.
    fn is_expendable(&self) -> bool {
        self.given.is_some_and(|(_, values)| values.expendable)
    }

    /// Explains that the operation would change what the run did not create.
    fn not_ours(&self, what: &str) -> Stop {
        let operation = self.operation;
        let path = match operation.path.contains('{') {
            true => "`path.…` and ",
            false => "",
        };
        Stop::Lacking(format!(
            "{what} was not created by this run, so {operation} is not sent: name one that may be changed or lost by {path}`expendable = true` in [operations.\"{operation}\"] of the profile"
        ))
    }

    /// Returns the value that the profile gives for a parameter of the path.
    fn given_path(&self, name: &str) -> Option<(Value, Origin)> {
        self.given_parameter(Location::Path, name)
            .or_else(|| self.given_by_name(name))
    }

    /// Returns the value that the profile gives for parameters of a name.
    fn given_by_name(&self, name: &str) -> Option<(Value, Origin)> {
        let value = self.t.deployment().profile.parameters.get(name)?;
        let origin = Origin::Profile(format!("parameters.{name}"));
        Some((value.clone(), origin))
    }

    /// Chooses the value of a parameter; `None` where it is left out, or set by the caller.
    async fn parameter(&self, parameter: &Parameter<'_>) -> Result<Option<(Value, Origin)>, Stop> {
        let Parameter { name, location, .. } = *parameter;
        if self.caller.provides(location, name) {
            return Ok(None);
        }
        let in_path = location == Location::Path;
        if in_path && self.contract.revoke_operation() == Some(self.index) {
            let id = self.t.own(0).id.clone();
            return Ok(Some((Value::String(id), Origin::Suite)));
        }
        let graph = &self.t.deployment().graph;
        let slots = graph.slots(self.index);
        if in_path && let Some(slot) = slots.iter().find(|slot| slot.name == name) {
            let mut things = self.things.iter();
            if let Some((_, bound)) = things.find(|(key, _)| *key == slot.key) {
                return Ok(Some((bound.value.clone(), bound.origin.clone())));
            }
        } else if let Some(given) =
            (self.given_parameter(location, name)).or_else(|| self.given_by_name(name))
        {
            return Ok(Some(given));
        }
        let is_header = |wanted| location == Location::Header && is_named(location, name, wanted);
        if is_header("authorization") || !(parameter.required || in_path) {
            return Ok(None);
        }
        if is_header("x-business-id") {
            return match self.caller.business_id() {
                "" => Err(Stop::Lacking(format!(
                    "the profile gives no operator.business_id, which the header {name} needs"
                ))),
                _ => Ok(None),
            };
        }
        if is_header("if-match") {
            return Ok(Some(self.tag().await));
        }
        if location == Location::Query
            && let Some(bound) = self.referred(name).await?
        {
            return Ok(Some((bound.value, bound.origin)));
        }
        let document = self.contract.document();
        let written = |value: &Value| parameter.writing.text(value, location, name);
        let fits = |value: &Value| {
            let is_empty =
                value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
            !is_empty && written(value).is_some_and(|text| !text.is_empty())
        };
        examples::value(
            document,
            &parameter.holder(),
            Some(&parameter.schema),
            |_| {},
            fits,
        )
        .map(Some)
        .ok_or_else(|| self.no_value(name, &format!("{}.{name}", location.name())))
    }

    /// Returns the tag of the state that the operation changes (RFC 9110, section 13.1.1): what a reading of the same path shows,
    /// or `*`, which is any.
    async fn tag(&self) -> (Value, Origin) {
        let mut operations = self.contract.operations().iter();
        let reader = operations.position(|one| {
            one.operation.method == "GET" && one.operation.path == self.operation.path
        });
        if let Some(reader) = reader
            && let Some(tag) = self.supply.tag(self.t, reader).await
        {
            let reading = &self.contract.operations()[reader].operation;
            return (tag.into(), Origin::Answer(reading.to_string()));
        }
        ("*".into(), Origin::Sample)
    }

    /// Returns the value that the profile gives for a parameter of this operation.
    fn given_parameter(&self, location: Location, name: &str) -> Option<(Value, Origin)> {
        let (operation, given) = self.given?;
        let (key, value) =
            (given.of(location).iter()).find(|(key, _)| is_named(location, key, name))?;
        Some((value.clone(), from_profile(operation, location, key)))
    }

    /// Adds the parameters that the profile names and the contract does not.
    fn add_undeclared(&self, chosen: &mut Vec<ChosenParameter>) {
        let Some((operation, given)) = self.given else {
            return;
        };
        for location in [Location::Query, Location::Header, Location::Cookie] {
            for (name, value) in given.of(location) {
                let is = |one: &ChosenParameter| {
                    one.location == location && is_named(location, &one.name, name)
                };
                if !chosen.iter().any(is) {
                    chosen.push(ChosenParameter {
                        location,
                        name: name.clone(),
                        value: value.clone(),
                        origin: from_profile(operation, location, name),
                    });
                }
            }
        }
    }

    /// Chooses the body; `None` where a request has none.
    async fn body(&self) -> Result<Option<ChosenBody>, Stop> {
        let bodies = bodies(self.contract, self.operation);
        let given = self.given.and_then(|(key, values)| {
            let body = values.body.as_ref()?;
            Some((key, body, values.media_type.as_deref()))
        });
        if let Some((operation, value, media_type)) = given {
            let declared = bodies.first().map(|body| body.media_type);
            let origin = Origin::Profile(format!("operations.{operation:?}.body"));
            let mut value = value.clone();
            unique::vary(&mut value, &origin, None);
            return Ok(Some(ChosenBody {
                media_type: (media_type.or(declared))
                    .unwrap_or(crate::contract::JSON)
                    .to_owned(),
                value,
                origin,
            }));
        }
        let Some(body) = bodies.first().filter(|body| self.has_body(body)) else {
            return Ok(None);
        };
        let document = self.contract.document();
        let schema = body.schema.as_ref();
        let is_written = |value: &Value| body.written(self.contract, value).is_some();
        // The schema of XML is one of its elements, and an example is its text (OpenAPI 3.1, section 4.8.26).
        let is_text_of_xml =
            |value: &Value| value.is_string() && MediaType::of(body.media_type).is_xml();
        let fits = |value: &Value| {
            is_text_of_xml(value) || examples::accepts(schema, value) && is_written(value)
        };
        // Bytes need no schema (OpenAPI 3.1, section 4.8.14.3).
        let bytes = || {
            let value = Value::String("conformance".to_owned());
            let is_plain = body.form() == Form::Plain && !is_text_of_xml(&value) && fits(&value);
            is_plain.then_some((value, Origin::Sample))
        };
        // An example may show an answer.
        let prepare = |value: &mut Value| {
            let schema = openapi::pointer::join(&body.place, "schema");
            examples::strip_read_only(document, &schema, value);
        };
        match examples::value(document, &body.place, schema, prepare, fits).or_else(bytes) {
            Some((mut value, origin)) => {
                if matches!(self.effect, Effect::Create | Effect::Change) {
                    unique::vary(&mut value, &origin, schema);
                }
                self.refer(&mut value, schema).await?;
                Ok(Some(ChosenBody {
                    media_type: body.media_type.to_owned(),
                    value,
                    origin,
                }))
            }
            None if body.required => Err(self.no_value("its body", "body")),
            None => Ok(None),
        }
    }

    /// Returns whether an ordinary request has this body: where it is required, and otherwise where a method is about one.
    fn has_body(&self, body: &Body<'_>) -> bool {
        let is_revoke = self.contract.revoke_operation() == Some(self.index);
        let is_about_one = matches!(self.operation.method.as_str(), "POST" | "PUT" | "PATCH");
        body.required || (is_about_one && !is_revoke)
    }

    /// Returns a thing that a member or a parameter of this name refers to.
    async fn referred(&self, name: &str) -> Result<Option<Bound>, Stop> {
        let references = self.t.deployment().graph.references(self.index);
        let Some(reference) = references.iter().find(|reference| reference.name == name) else {
            return Ok(None);
        };
        let found = self.supply.shared_with_holders(self.t, reference.kind);
        // A request that changes something must not change what the run did not create.
        let may_be_named = |found: &Bound| found.ours || self.effect == Effect::Safe;
        Ok(found.await?.ok().filter(may_be_named))
    }

    /// Sets the members of a body that refer to things, as far as its schema accepts that.
    async fn refer(&self, body: &mut Value, schema: Option<&Value>) -> Result<(), Stop> {
        let references = self.t.deployment().graph.references(self.index);
        for reference in references {
            let mut places = Vec::new();
            named(body, &reference.name, "", &mut places);
            if places.is_empty() {
                continue;
            }
            let Some(bound) = self.referred(&reference.name).await? else {
                continue;
            };
            for place in places {
                let Some(member) = body.pointer_mut(&place) else {
                    continue;
                };
                let earlier = member.clone();
                let id = match (&earlier, &bound.value) {
                    (Value::Number(_), Value::String(text)) => {
                        serde_json::from_str(text).unwrap_or(Value::Null)
                    }
                    (Value::String(_), Value::Number(number)) => Value::String(number.to_string()),
                    (_, value) => value.clone(),
                };
                *member = match &earlier {
                    Value::Array(_) => Value::Array(vec![id]),
                    _ => id,
                };
                if !examples::accepts(schema, body)
                    && let Some(member) = body.pointer_mut(&place)
                {
                    *member = earlier;
                }
            }
        }
        Ok(())
    }

    fn no_value(&self, part: &str, key: &str) -> Stop {
        let operation = self.operation;
        if let Some((_, why)) = self.missing.iter().find(|(name, _)| name == part) {
            return Stop::Lacking(format!(
                "no value was found for {part} of {operation}: {why}; give `{key}` in [operations.\"{operation}\"] of the profile"
            ));
        }
        Stop::Lacking(format!(
            "no value was found for {part} of {operation}: give `{key}` in [operations.\"{operation}\"] of the profile"
        ))
    }
}

/// Collects the pointers to the members of a name.
fn named(value: &Value, name: &str, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                let place = openapi::pointer::join(place, member);
                if member == name && !value.is_object() {
                    found.push(place);
                } else {
                    named(value, name, &place, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                named(item, name, &format!("{place}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn from_profile(operation: &str, location: Location, name: &str) -> Origin {
    Origin::Profile(format!(
        "operations.{operation:?}.{}.{name}",
        location.name()
    ))
}

/// Returns whether two names of a place are the same: names of headers have no case (RFC 9110, section 5.1).
fn is_named(location: Location, one: &str, other: &str) -> bool {
    match location {
        Location::Header => one.eq_ignore_ascii_case(other),
        Location::Path | Location::Query | Location::Cookie => one == other,
    }
}
