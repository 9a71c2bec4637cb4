//! `host`, `basePath` and `schemes`: the addresses of an API.

use serde_json::{Map, Value, json};

use super::Lifting;
use super::written::{Written, Wrong};
use crate::pointer;

impl<'v> Lifting<'v> {
    /// Adds the servers of the document.
    pub(super) fn servers(
        &mut self,
        root: &Written<'v>,
        lifted: &mut Map<String, Value>,
    ) -> Result<(), Wrong> {
        for key in ["host", "basePath"] {
            if root.object.get(key).is_some_and(|value| !value.is_string()) {
                return Err((root.member(key), format!("`{key}` must be a text")));
            }
        }
        if root.text("host").is_none() && root.text("basePath").is_some() {
            self.moved.note("/servers", "/basePath");
            self.moved.note("/servers/0", "/basePath");
            self.moved.note("/servers/0/url", "/basePath");
            lifted.insert(
                "servers".to_owned(),
                json!([{"url": format!("{}/", base_path(root))}]),
            );
        }
        self.schemes(root, root.text("host"), &base_path(root), lifted)
    }

    /// Adds the servers of an operation that names schemes of its own.
    pub(super) fn servers_of_operation(
        &mut self,
        operation: &Written<'v>,
        lifted: &mut Map<String, Value>,
    ) -> Result<(), Wrong> {
        if !operation.object.contains_key("schemes") {
            return Ok(());
        }
        let root = Written {
            object: self.root.as_object().unwrap_or(operation.object),
            at: String::new(),
        };
        self.schemes(operation, root.text("host"), &base_path(&root), lifted)
    }

    /// Adds a server for each scheme. Without a host there is no address: the schemes stay, and no rule knows what a change
    /// of them means.
    fn schemes(
        &mut self,
        holder: &Written<'v>,
        host: Option<&str>,
        base_path: &str,
        lifted: &mut Map<String, Value>,
    ) -> Result<(), Wrong> {
        let schemes = holder.object.get("schemes");
        let Some(host) = host else {
            if let Some(schemes) = schemes {
                lifted.insert("schemes".to_owned(), schemes.clone());
            }
            return Ok(());
        };
        let wrong = || {
            (
                holder.member("schemes"),
                "`schemes` must be a list of texts".to_owned(),
            )
        };
        let empty = Vec::new();
        let listed = match schemes {
            None => &empty,
            Some(list) => list.as_array().ok_or_else(wrong)?,
        };
        let mut servers = Vec::new();
        let (place, at) = (holder.member("servers"), holder.member("schemes"));
        self.moved
            .note(&place, if listed.is_empty() { "/host" } else { &at });
        for (index, scheme) in listed.iter().enumerate() {
            let scheme = scheme.as_str().ok_or_else(wrong)?;
            let index = index.to_string();
            let place = pointer::join(&place, &index);
            self.moved.note(&place, pointer::join(&at, &index));
            self.moved.note(pointer::join(&place, "url"), "/host");
            servers.push(json!({"url": format!("{scheme}://{host}{base_path}")}));
        }
        if servers.is_empty() {
            servers.push(json!({"url": format!("//{host}{base_path}")}));
            self.moved
                .note(pointer::join_all(&place, ["0", "url"]), "/host");
        }
        lifted.insert("servers".to_owned(), servers.into());
        Ok(())
    }
}

/// Returns the path before all others, without a slash at its end.
fn base_path(root: &Written<'_>) -> String {
    let path = root.text("basePath").unwrap_or_default().trim_matches('/');
    match path.is_empty() {
        true => String::new(),
        false => format!("/{path}"),
    }
}
