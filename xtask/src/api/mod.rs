//! include/tendon.json: the C API as data, from src/c_api, the defaults in cbindgen.toml and cmake/tendon.symbols. What
//! its members mean is said in docs/bindings.md.
mod errors;
mod json;
mod layout;
mod macros;
mod roles;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use json::Json;
use roles::{Entry, List};
use source::{Function, Record, Slot, Source, Ty};

use crate::{Outcome, package_version, read, symbols, write_if_changed};

const FILE: &str = "include/tendon.json";
/// Of the file: readers refuse what they do not know.
const FORMAT: i64 = 1;

pub fn write(root: &Path) -> Outcome {
    let changed = write_if_changed(&root.join(FILE), &generate(root)?)?;
    Ok(format!("{FILE}: {}", if changed { "updated" } else { "unchanged" }))
}

pub fn check(root: &Path) -> Outcome {
    if read(&root.join(FILE))? != generate(root)? {
        return Err(format!("{FILE} differs from what src/c_api says; run `make header`"));
    }
    Ok(format!("{FILE}: up to date"))
}

fn generate(root: &Path) -> Result<String, String> {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).map_err(|e| format!("cbindgen.toml: {e}"))?;
    let source = Source::gather(root, &config.export.rename)?;
    let trailer = config.trailer.unwrap_or_default();
    let version = package_version(root)?;
    let since: BTreeMap<String, String> = symbols::listed(root)?.into_iter().collect();
    let list = |items: Result<Vec<Json>, String>| items.map(Json::List);
    let major = version.split('.').next().unwrap_or("0");
    Ok(Entry::new()
        .with("format", Json::number(FORMAT))
        .text("library", "tendon")
        .text("version", &version)
        .text("soname", format!("libtendon.so.{major}"))
        .with("constants", Json::List(source.constants.iter().map(constant).collect()))
        .with("types", Json::List(source.aliases.iter().filter(|a| !is_callback(&a.ty)).map(alias).collect()))
        .with("handles", Json::List(source.handles.iter().map(|(name, doc)| handle(&source, name, doc)).collect()))
        .with("callbacks", list(source.aliases.iter().filter(|a| is_callback(&a.ty)).map(callback).collect())?)
        .with("structs", list(source.records.iter().map(|record| structure(&source, record, &trailer)).collect())?)
        .with("functions", list(source.functions.iter().map(|f| function(&source, f, &since)).collect())?)
        .with("macros", macros::of(&config.after_includes.unwrap_or_default(), &trailer, &version))
        .json()
        .pretty())
}

fn constant(constant: &source::Constant) -> Json {
    Entry::new()
        .text("name", &constant.name)
        .text("type", &constant.ty)
        .with("value", Json::number(constant.value))
        .text("doc", &constant.doc)
        .json()
}

fn alias(alias: &source::Alias) -> Json {
    let entry = Entry::new().text("name", &alias.name).text("type", alias.ty.c());
    entry.extend(one_of(&alias.doc)).text("doc", &alias.doc).json()
}

/// "One of TENSOR_DTYPE_...": the beginning of the names of the constants meant.
fn one_of(doc: &str) -> Entry {
    let prefix = doc.split_once("ne of TEN").and_then(|(_, rest)| rest.split_once("_..."));
    match prefix {
        Some((rest, _)) if !rest.contains(' ') => Entry::new().text("one_of", format!("TEN{rest}_")),
        _ => Entry::new(),
    }
}

/// A kind of handle is released by the one function that takes nothing else and ends it.
fn handle(source: &Source, name: &str, doc: &str) -> Json {
    let release = source.functions.iter().find(|function| {
        (function.name.ends_with("_release") || function.name.ends_with("_end"))
            && matches!(function.parameters.as_slice(), [only] if only.ty.c() == format!("{name} *"))
    });
    let release = release.map_or(Json::Null, |function| Json::text(&function.name));
    Entry::new().text("name", name).with("release", release).text("doc", doc).json()
}

fn is_callback(ty: &Ty) -> bool {
    matches!(ty, Ty::Callback { .. })
}

fn callback(alias: &source::Alias) -> Result<Json, String> {
    let Ty::Callback { parameters, result, nullable } = &alias.ty else { return Err("no callback".into()) };
    let parameters =
        parameters.iter().map(|slot| Entry::new().text("name", &slot.name).text("type", slot.ty.c()).json()).collect();
    Ok(Entry::new()
        .text("name", &alias.name)
        .text("returns", result.c())
        .with("parameters", Json::List(parameters))
        .flag("nullable", *nullable)
        .text("doc", &alias.doc)
        .json())
}

fn structure(source: &Source, record: &Record, trailer: &str) -> Result<Json, String> {
    let layout = layout::fields(source, record)?;
    let list = List { source, owner: &record.name, doc: "", slots: &record.fields };
    let sized = record.fields.first().is_some_and(|field| field.name == "struct_size");
    let init = layout::init(trailer, &record.name);
    match &init {
        None if sized => return Err(format!("{}: cbindgen.toml has no _INIT macro of it", record.name)),
        Some((name, values)) if values.len() != record.fields.len() => {
            return Err(format!("{name} gives {} values to {} fields", values.len(), record.fields.len()));
        }
        _ => {}
    }
    // Filled in by the library when a function takes it without const.
    let is_answer =
        source.functions.iter().flat_map(|f| &f.parameters).any(|p| p.ty.c() == format!("{} *", record.name));
    let kind = match (record.is_union, sized, is_answer) {
        (true, ..) => "union",
        (_, true, true) => "answer",
        (_, true, false) => "options",
        _ => "plain",
    };
    let mut fields = Vec::new();
    for (i, field) in record.fields.iter().enumerate() {
        let entry = Entry::new().text("name", &field.name).text("type", field.ty.c());
        let entry =
            entry.with("offset", Json::number(layout.places[i].0)).with("size", Json::number(layout.places[i].1));
        let entry = entry.extend(list.role(i)?);
        let entry = match init.as_ref().filter(|_| kind == "options" && i > 0 && field.name != "reserved") {
            Some((_, values)) => entry.with("default", default(source, &values[i])?),
            None => entry,
        };
        fields.push(entry.extend(one_of(&field.doc)).text("doc", &field.doc).json());
    }
    let entry = Entry::new().text("name", &record.name).text("kind", kind);
    let entry = entry.with("size", Json::number(layout.size)).with("alignment", Json::number(layout.alignment));
    let entry = match &init {
        Some((name, _)) => entry.text("init", name),
        None => entry,
    };
    Ok(entry.text("doc", &record.doc).with("fields", Json::List(fields)).json())
}

/// A value of an _INIT macro: `false`, `1e-3`, `NULL`, `{0, 0}` or the name of a constant.
fn default(source: &Source, text: &str) -> Result<Json, String> {
    if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return inner.split(',').map(|part| default(source, part.trim())).collect::<Result<_, _>>().map(Json::List);
    }
    if let Some(constant) = source.constants.iter().find(|constant| constant.name == text) {
        return Ok(Json::number(constant.value));
    }
    // A character is a number: ',' is 44.
    if let Some(character) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
        && let [byte] = character.as_bytes()
    {
        return Ok(Json::number(byte));
    }
    match text {
        "true" | "false" => Ok(Json::Bool(text == "true")),
        "NULL" => Ok(Json::Null),
        number if number.parse::<f64>().is_ok_and(f64::is_finite) => Ok(Json::number(number)),
        _ => Err(format!("cbindgen.toml: the default {text} is no number, no constant and no NULL")),
    }
}

fn function(source: &Source, function: &Function, since: &BTreeMap<String, String>) -> Result<Json, String> {
    let list = List { source, owner: &function.name, doc: &function.doc, slots: &function.parameters };
    let mut parameters = Vec::new();
    for (i, slot) in function.parameters.iter().enumerate() {
        let role = list.role(i)?;
        parameters.push(Entry::new().text("name", &slot.name).text("type", slot.ty.c()).extend(role).json());
    }
    let takes_handle = function.parameters.iter().any(|slot| names_a_handle(source, slot));
    let said = |member: &str, value: &Json| {
        parameters.iter().any(|parameter| {
            matches!(parameter, Json::Object(members)
            if members.iter().any(|(name, own)| name == member && own == value))
        })
    };
    let truth = Json::Bool(true);
    let explained = said("nullable", &truth) || said("may_be_null", &truth) || said("role", &Json::text("array"));
    if roles::null_is_unexplained(function, explained) {
        return Err(format!(
            "{}: its documentation speaks of NULL, and none of its parameters is nullable; see xtask/src/api/roles.rs",
            function.name
        ));
    }
    let takes_pointer = parameters.iter().any(|parameter| match parameter {
        Json::Object(members) => {
            let pointer = members.iter().any(|(name, value)| {
                name == "role"
                    && ["out", "buffer", "text", "path", "answer", "foreign"].iter().any(|r| *value == Json::text(*r))
            });
            pointer && !members.iter().any(|(name, _)| name == "nullable")
        }
        _ => false,
    });
    let exclusive = said("access", &Json::text("exclusive")) || roles::is_alone(&function.name);
    let threads = match said("access", &Json::text("own thread")) {
        true => "own thread",
        false if exclusive => "exclusive",
        false => "shared",
    };
    let since = since.get(&function.name);
    let since = since.ok_or(format!("{} is not in cmake/tendon.symbols; run `make header`", function.name))?;
    Ok(Entry::new()
        .text("name", &function.name)
        .text("since", since)
        .text("doc", &function.doc)
        .with("returns", roles::result(function, takes_handle).json())
        .with("must_use", Json::Bool(function.must_use))
        .text("threads", threads)
        .with("errors", Json::texts(errors::of(source, function, takes_handle, takes_pointer)?))
        .with("parameters", Json::List(parameters))
        .json())
}

/// A handle, or an array of them, as an input.
fn names_a_handle(source: &Source, slot: &Slot) -> bool {
    match slot.ty.target() {
        Some((Ty::Pointer { to, .. }, true)) => source.is_handle(to),
        Some((to, _)) => source.is_handle(to),
        None => false,
    }
}

#[cfg(test)]
mod tests;
