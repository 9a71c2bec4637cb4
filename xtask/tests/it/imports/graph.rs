//! The imports between the files of a crate, read from the source by `syn`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, UseTree, Visibility};

/// The path of a module from the crate's root: `["diff", "walk"]`.
type ModulePath = Vec<String>;

/// The imports between the files of one crate. Files are named from the crate's `src` folder.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// For each file, the files that it imports from, with one of the imported names.
    pub(crate) of: BTreeMap<String, BTreeMap<String, String>>,
}

/// A file of the crate, which is one module.
struct Module {
    file: String,
    /// What its `use` items import, by the name in this module.
    names: BTreeMap<String, ModulePath>,
    /// Every path to a place in the crate, except re-exports of what its own children define.
    paths: Vec<ModulePath>,
    /// Its children that are only compiled for tests.
    of_tests: Vec<ModulePath>,
}

/// Reads every file below a `src` folder. Left out are `main.rs` and `bin/`, which are separate programs, and modules under
/// `#[cfg(test)]`.
pub(crate) fn read(source: &Path) -> Imports {
    let mut files = Vec::new();
    collect(source, &mut files);
    let paths: Vec<(String, ModulePath)> = files
        .iter()
        .filter_map(|file| {
            let name = file.strip_prefix(source).ok()?.to_str()?.to_owned();
            let is_program = name == "main.rs" || name.starts_with("bin/");
            (!is_program).then(|| (name.clone(), module_path(&name)))
        })
        .collect();
    let known: BTreeSet<&ModulePath> = paths.iter().map(|(_, path)| path).collect();
    let mut modules: BTreeMap<ModulePath, Module> = paths
        .iter()
        .map(|(name, path)| (path.clone(), parse(source, name, path, &known)))
        .collect();
    let of_tests: Vec<ModulePath> = modules
        .values_mut()
        .flat_map(|module| std::mem::take(&mut module.of_tests))
        .collect();
    modules.retain(|path, _| !of_tests.iter().any(|tests| path.starts_with(tests)));
    let mut imports = Imports::default();
    for module in modules.values() {
        let of = imports.of.entry(module.file.clone()).or_default();
        for path in &module.paths {
            let Some(target) = resolve(&modules, path, 0) else {
                continue;
            };
            if target != module.file {
                of.entry(target)
                    .or_insert_with(|| path.last().cloned().unwrap_or_default());
            }
        }
    }
    imports
}

impl Imports {
    /// Returns the circles of imports: each a sorted list of the files that reach one another.
    pub(crate) fn circles(&self) -> Vec<Vec<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> = self
            .of
            .keys()
            .map(|file| (file.as_str(), self.reached_from(file)))
            .collect();
        let mut circles = BTreeSet::new();
        for (file, from_file) in &reached {
            let circle: Vec<&str> = from_file
                .iter()
                .filter(|other| reached[*other].contains(file))
                .copied()
                .collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    /// Returns the files that this one imports from, directly or through others.
    fn reached_from(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = vec![file];
        while let Some(next) = open.pop() {
            for target in self.of.get(next).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(target.as_str()) {
                    open.push(target);
                }
            }
        }
        reached
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    for entry in entries {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Returns the module that a file is: `diff/walk.rs` is `["diff", "walk"]`.
fn module_path(file: &str) -> ModulePath {
    let stem = file.trim_end_matches(".rs");
    match stem {
        "lib" => Vec::new(),
        _ => stem.split('/').map(str::to_owned).collect(),
    }
}

fn parse(source: &Path, name: &str, path: &ModulePath, known: &BTreeSet<&ModulePath>) -> Module {
    let text = std::fs::read_to_string(source.join(name)).expect("a readable source file");
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut reader = Reader {
        module: path,
        known,
        inline: Vec::new(),
        names: BTreeMap::new(),
        paths: Vec::new(),
        of_tests: Vec::new(),
    };
    reader.visit_file(&parsed);
    Module {
        file: name.to_owned(),
        names: reader.names,
        paths: reader.paths,
        of_tests: reader.of_tests,
    }
}

/// Follows a path to the file that defines what it names, through re-exports.
fn resolve(
    modules: &BTreeMap<ModulePath, Module>,
    path: &[String],
    depth: usize,
) -> Option<String> {
    let known = (0..=path.len())
        .rev()
        .find(|length| modules.contains_key(&path[..*length]))?;
    let module = &modules[&path[..known]];
    let rest = &path[known..];
    let reexport = rest.first().and_then(|name| module.names.get(name));
    match reexport {
        Some(target) if depth < 16 => {
            let mut target = target.clone();
            target.extend_from_slice(&rest[1..]);
            resolve(modules, &target, depth + 1)
        }
        _ => Some(module.file.clone()),
    }
}

/// Collects the paths in one file.
struct Reader<'a> {
    module: &'a ModulePath,
    known: &'a BTreeSet<&'a ModulePath>,
    /// The inline modules that surround the item.
    inline: Vec<String>,
    names: BTreeMap<String, ModulePath>,
    paths: Vec<ModulePath>,
    of_tests: Vec<ModulePath>,
}

impl Reader<'_> {
    /// Returns the path from the crate's root, if it leads to a place in the crate.
    fn absolute(&self, segments: &[String]) -> Option<ModulePath> {
        let mut at: ModulePath = self.module.iter().chain(&self.inline).cloned().collect();
        let mut rest = segments;
        match rest.first().map(String::as_str)? {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {}
            child => {
                at.push(child.to_owned());
                let is_child = self.known.contains(&at);
                at.pop();
                if !is_child {
                    return None;
                }
            }
        }
        while let Some("super") = rest.first().map(String::as_str) {
            at.pop()?;
            rest = &rest[1..];
        }
        // An inline module belongs to its file.
        if at.starts_with(self.module) && !self.known.contains(&at) {
            at = self.module.clone();
        }
        at.extend_from_slice(rest);
        Some(at)
    }

    fn add_use(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        match tree {
            UseTree::Path(path) => {
                let mut before = before.to_vec();
                before.push(path.ident.to_string());
                self.add_use(&path.tree, &before, is_public);
            }
            UseTree::Name(name) => self.add_leaf(before, &name.ident.to_string(), None, is_public),
            UseTree::Rename(rename) => {
                let (name, alias) = (rename.ident.to_string(), rename.rename.to_string());
                self.add_leaf(before, &name, Some(alias), is_public);
            }
            UseTree::Glob(_) => {
                if let Some(path) = self.absolute(before) {
                    self.paths.push(path);
                }
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, before, is_public);
                }
            }
        }
    }

    fn add_leaf(&mut self, before: &[String], name: &str, alias: Option<String>, is_public: bool) {
        let mut segments = before.to_vec();
        if name != "self" {
            segments.push(name.to_owned());
        }
        let Some(path) = self.absolute(&segments) else {
            return;
        };
        let name = alias.or_else(|| segments.last().cloned());
        // A re-export of a child's item is the module's interface, not an import.
        let is_reexport = is_public && path.starts_with(self.module);
        if self.inline.is_empty()
            && let Some(name) = name
        {
            self.names.insert(name, path.clone());
        }
        if !is_reexport {
            self.paths.push(path);
        }
    }

    fn add_path(&mut self, segments: &[String]) {
        if segments.len() > 1
            && let Some(path) = self.absolute(segments)
        {
            self.paths.push(path);
        }
    }

    /// Adds the paths among the tokens of a macro call, which `syn` does not parse.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        let ended = std::mem::take(&mut path);
                        self.add_path(&ended);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    let ended = std::mem::take(&mut path);
                    self.add_path(&ended);
                    colons = 0;
                    self.add_tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    let ended = std::mem::take(&mut path);
                    self.add_path(&ended);
                    colons = 0;
                }
            }
        }
        self.add_path(&path);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let only_for_tests = item.attrs.iter().any(is_of_tests);
        if only_for_tests {
            let child = self.module.iter().chain(&self.inline).cloned();
            self.of_tests
                .push(child.chain([item.ident.to_string()]).collect());
        }
        if only_for_tests || item.content.is_none() {
            return;
        }
        self.inline.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.inline.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() && !item.attrs.iter().any(is_of_tests) {
            let is_public = !matches!(item.vis, Visibility::Inherited);
            self.add_use(&item.tree, &[], is_public);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments: Vec<String> = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            self.add_path(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

fn is_of_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|path| path.is_ident("test"))
}
