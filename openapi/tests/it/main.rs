//! The library as its users meet it: documents in, verdicts out.

mod around_operations;
mod around_schemas;
mod beside_references;
mod causes;
mod documented;
mod documents;
mod equivalences;
mod escapes;
mod hostile;
mod limits;
mod numbers;
mod operations;
mod patterns;
mod published;
mod pushed;
mod random;
mod reports;
mod respellings;
mod rules;
mod schemas;
mod silence;
mod unions;
mod verdicts;
mod version_3_2;
mod waivers;
