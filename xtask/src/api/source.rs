//! What src/c_api declares, in the order of the header.
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use syn::{Attribute, Expr, Item, ReturnType, Type, Visibility};

use crate::read;

#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// As C spells it: `int64_t`, `TensorDType`, `void`.
    Name(String),
    Pointer {
        constant: bool,
        to: Box<Ty>,
    },
    Array(Box<Ty>, usize),
    /// Only as what a `TensorSomethingFn` names.
    Callback {
        parameters: Vec<Slot>,
        result: Box<Ty>,
        nullable: bool,
    },
}

impl Ty {
    pub fn name(name: &str) -> Ty {
        Ty::Name(name.to_string())
    }

    /// As the header spells it: `const Tensor *const *`.
    pub fn c(&self) -> String {
        match self {
            Ty::Name(name) => name.clone(),
            Ty::Pointer { constant, to } => {
                let constant = if *constant { "const " } else { "" };
                match &**to {
                    to @ Ty::Pointer { .. } => format!("{}{constant}*", to.c()),
                    to => format!("{constant}{} *", to.c()),
                }
            }
            Ty::Array(of, n) => format!("{}[{n}]", of.c()),
            Ty::Callback { .. } => "a function".into(),
        }
    }

    fn rename(&mut self, renames: &HashMap<String, String>) {
        match self {
            Ty::Name(name) => {
                if let Some(new) = renames.get(name) {
                    name.clone_from(new);
                }
            }
            Ty::Pointer { to, .. } | Ty::Array(to, _) => to.rename(renames),
            Ty::Callback { .. } => {}
        }
    }

    /// Every type that is named in it.
    fn names(&self, into: &mut BTreeSet<String>) {
        match self {
            Ty::Name(name) => {
                into.insert(name.clone());
            }
            Ty::Pointer { to, .. } | Ty::Array(to, _) => to.names(into),
            Ty::Callback { parameters, result, .. } => {
                result.names(into);
                parameters.iter().for_each(|parameter| parameter.ty.names(into));
            }
        }
    }

    /// What a pointer points to, and whether it may only be read.
    pub fn target(&self) -> Option<(&Ty, bool)> {
        match self {
            Ty::Pointer { constant, to } => Some((to, *constant)),
            _ => None,
        }
    }

    pub fn is(&self, name: &str) -> bool {
        matches!(self, Ty::Name(own) if own == name)
    }
}

/// A parameter or a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub name: String,
    pub ty: Ty,
    pub doc: String,
}

pub struct Constant {
    pub name: String,
    pub ty: String,
    pub value: i64,
    pub doc: String,
}

pub struct Alias {
    pub name: String,
    pub ty: Ty,
    pub doc: String,
}

pub struct Record {
    pub name: String,
    pub is_union: bool,
    pub fields: Vec<Slot>,
    pub doc: String,
}

pub struct Function {
    pub name: String,
    pub doc: String,
    pub must_use: bool,
    pub result: Ty,
    pub parameters: Vec<Slot>,
}

#[derive(Default)]
pub struct Source {
    pub constants: Vec<Constant>,
    pub aliases: Vec<Alias>,
    /// Opaque types with their documentation.
    pub handles: Vec<(String, String)>,
    pub records: Vec<Record>,
    pub functions: Vec<Function>,
}

impl Source {
    /// `renames` as in cbindgen.toml: "DLManagedTensor" is spelled "struct DLManagedTensor".
    pub fn gather(root: &Path, renames: &HashMap<String, String>) -> Result<Source, String> {
        let mut source = Source::default();
        source.module(&root.join("src/c_api"), &root.join("src/c_api/mod.rs"))?;
        for slot in source.functions.iter_mut().flat_map(|function| &mut function.parameters) {
            slot.ty.rename(renames);
        }
        for slot in source.records.iter_mut().flat_map(|record| &mut record.fields) {
            slot.ty.rename(renames);
        }
        source.drop_unused();
        Ok(source)
    }

    /// The header has the types that functions and constants name, and those that these name.
    fn drop_unused(&mut self) {
        let mut named = BTreeSet::new();
        for function in &self.functions {
            function.result.names(&mut named);
            function.parameters.iter().for_each(|parameter| parameter.ty.names(&mut named));
        }
        named.extend(self.constants.iter().map(|constant| constant.ty.clone()));
        loop {
            let before = named.len();
            for alias in self.aliases.iter().filter(|alias| named.contains(&alias.name)).collect::<Vec<_>>() {
                alias.ty.names(&mut named);
            }
            for record in self.records.iter().filter(|record| named.contains(&record.name)).collect::<Vec<_>>() {
                record.fields.iter().for_each(|field| field.ty.names(&mut named));
            }
            if named.len() == before {
                break;
            }
        }
        self.aliases.retain(|alias| named.contains(&alias.name));
        self.handles.retain(|(name, _)| named.contains(name));
        self.records.retain(|record| named.contains(&record.name));
    }

    #[cfg(test)]
    pub fn of(text: &str) -> Result<Source, String> {
        let mut source = Source::default();
        source.items(Path::new(""), &syn::parse_file(text).map_err(|e| e.to_string())?.items)?;
        Ok(source)
    }

    pub fn record(&self, name: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.name == name)
    }

    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| alias.name == name)
    }

    pub fn is_handle(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Name(name) if self.handles.iter().any(|(handle, _)| handle == name))
    }

    pub fn is_callback(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Name(name)
            if self.alias(name).is_some_and(|alias| matches!(alias.ty, Ty::Callback { .. })))
    }

    fn module(&mut self, folder: &Path, path: &Path) -> Result<(), String> {
        let file = syn::parse_file(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        self.items(folder, &file.items).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn items(&mut self, folder: &Path, items: &[Item]) -> Result<(), String> {
        for item in items {
            match item {
                Item::Mod(module) if !has(&module.attrs, "cfg") => {
                    let name = module.ident.to_string();
                    let file = folder.join(format!("{name}.rs"));
                    match &module.content {
                        Some((_, inner)) => self.items(&folder.join(&name), inner)?,
                        None if file.exists() => self.module(&folder.join(&name), &file)?,
                        None => self.module(&folder.join(&name), &folder.join(&name).join("mod.rs"))?,
                    }
                }
                Item::Const(constant) if ours_in_capitals(&constant.ident.to_string()) && public(&constant.vis) => {
                    let name = constant.ident.to_string();
                    let value = integer(&constant.expr).ok_or(format!("{name} is no integer literal"))?;
                    self.constants.push(Constant { ty: ty(&constant.ty)?.c(), value, doc: doc(&constant.attrs), name });
                }
                Item::Type(alias) if ours(&alias.ident.to_string()) && public(&alias.vis) => {
                    let name = alias.ident.to_string();
                    let ty = ty(&alias.ty).map_err(|e| format!("{name}: {e}"))?;
                    self.aliases.push(Alias { ty, doc: doc(&alias.attrs), name });
                }
                Item::Struct(record) if ours(&record.ident.to_string()) && public(&record.vis) => {
                    let name = record.ident.to_string();
                    if has(&record.attrs, "repr") {
                        self.record_of(name, false, &record.fields, doc(&record.attrs))?;
                    } else {
                        self.handles.push((name, doc(&record.attrs)));
                    }
                }
                Item::Union(union) if ours(&union.ident.to_string()) && public(&union.vis) => {
                    let fields = syn::Fields::Named(union.fields.clone());
                    self.record_of(union.ident.to_string(), true, &fields, doc(&union.attrs))?;
                }
                Item::Fn(function) if ours_in_small(&function.sig.ident.to_string()) && exported(&function.attrs) => {
                    self.function(function)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn record_of(&mut self, name: String, is_union: bool, fields: &syn::Fields, said: String) -> Result<(), String> {
        let fields = fields
            .iter()
            .map(|field| {
                let name = field.ident.as_ref().map(ident).unwrap_or_default();
                Ok(Slot { name, ty: ty(&field.ty)?, doc: doc(&field.attrs) })
            })
            .collect::<Result<_, String>>()
            .map_err(|e| format!("{name}: {e}"))?;
        self.records.push(Record { name, is_union, fields, doc: said });
        Ok(())
    }

    fn function(&mut self, function: &syn::ItemFn) -> Result<(), String> {
        let name = function.sig.ident.to_string();
        let mut parameters = Vec::new();
        for input in &function.sig.inputs {
            let syn::FnArg::Typed(typed) = input else { return Err(format!("{name}: a parameter without a type")) };
            let syn::Pat::Ident(pattern) = &*typed.pat else {
                return Err(format!("{name}: a parameter without a name"));
            };
            let ty = ty(&typed.ty).map_err(|e| format!("{name}: {e}"))?;
            parameters.push(Slot { name: ident(&pattern.ident), ty, doc: String::new() });
        }
        let result = match &function.sig.output {
            ReturnType::Default => Ty::name("void"),
            ReturnType::Type(_, result) => ty(result).map_err(|e| format!("{name}: {e}"))?,
        };
        let must_use = has(&function.attrs, "must_use");
        self.functions.push(Function { doc: doc(&function.attrs), must_use, result, parameters, name });
        Ok(())
    }
}

fn ident(ident: &syn::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_string()
}

fn ours(name: &str) -> bool {
    name.starts_with("Tensor") || name.starts_with("Tendon")
}

fn ours_in_capitals(name: &str) -> bool {
    name.starts_with("TENSOR_") || name.starts_with("TENDON_")
}

fn ours_in_small(name: &str) -> bool {
    name.starts_with("tensor_") || name.starts_with("tendon_")
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn exported(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("no_mangle")
            || matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("unsafe")
                && list.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("no_mangle")))
    })
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// The documentation: a paragraph is one line, paragraphs are an empty line apart.
fn doc(attributes: &[Attribute]) -> String {
    let mut paragraphs = vec![String::new()];
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let syn::Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = &pair.value else { continue };
        let line = line.value().trim().to_string();
        match paragraphs.last_mut() {
            _ if line.is_empty() => paragraphs.push(String::new()),
            Some(paragraph) if !paragraph.is_empty() => *paragraph += &format!(" {line}"),
            Some(paragraph) => *paragraph = line,
            None => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

fn integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => integer(&unary.expr).map(|number| -number),
        _ => None,
    }
}

fn ty(rust: &Type) -> Result<Ty, String> {
    match rust {
        Type::Ptr(pointer) => {
            Ok(Ty::Pointer { constant: pointer.const_token.is_some(), to: Box::new(ty(&pointer.elem)?) })
        }
        Type::Array(array) => {
            let length =
                integer(&array.len).and_then(|n| usize::try_from(n).ok()).ok_or("an array without a length")?;
            Ok(Ty::Array(Box::new(ty(&array.elem)?), length))
        }
        Type::BareFn(function) => {
            let mut parameters = Vec::new();
            for input in &function.inputs {
                let name = input.name.as_ref().map(|(name, _)| ident(name)).unwrap_or_default();
                parameters.push(Slot { name, ty: ty(&input.ty)?, doc: String::new() });
            }
            let result = match &function.output {
                ReturnType::Default => Ty::name("void"),
                ReturnType::Type(_, result) => ty(result)?,
            };
            Ok(Ty::Callback { parameters, result: Box::new(result), nullable: false })
        }
        Type::Path(path) => {
            let segment = path.path.segments.last().ok_or("a type without a name")?;
            let name = segment.ident.to_string();
            if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
                return match arguments.args.first() {
                    Some(syn::GenericArgument::Type(inner)) if name == "Option" => match ty(inner)? {
                        Ty::Callback { parameters, result, .. } => {
                            Ok(Ty::Callback { parameters, result, nullable: true })
                        }
                        named => Ok(named),
                    },
                    _ => Err(format!("the type {name}<…> has no form in C")),
                };
            }
            Ok(Ty::Name(c_name(&name).to_string()))
        }
        _ => Err("a type that has no form in C".into()),
    }
}

fn c_name(rust: &str) -> &str {
    match rust {
        "i8" => "int8_t",
        "i16" => "int16_t",
        "i32" | "c_int" => "int32_t",
        "i64" => "int64_t",
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "usize" => "size_t",
        "f32" => "float",
        "f64" => "double",
        "CBool" => "bool",
        "c_char" => "char",
        "c_void" => "void",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spelled_as_in_c() {
        for (rust, c) in [
            ("*const Tensor", "const Tensor *"),
            ("*mut *mut Tensor", "Tensor **"),
            ("*const *const Tensor", "const Tensor *const *"),
            ("*const *mut Tensor", "Tensor *const *"),
            ("*mut *const c_void", "const void **"),
            ("*const *const c_char", "const char *const *"),
            ("[c_char; 256]", "char[256]"),
            ("CBool", "bool"),
            ("usize", "size_t"),
        ] {
            assert_eq!(ty(&syn::parse_str(rust).unwrap()).unwrap().c(), c);
        }
    }

    #[test]
    fn types_that_nothing_names_are_dropped() {
        let mut source = Source::of(
            "pub type TensorDType = i32;
             pub type TensorOther = i32;
             pub type TensorBodyFn = unsafe extern \"C\" fn(x: *mut Tensor);
             pub type TensorLoopFn = Option<unsafe extern \"C\" fn(body: TensorBodyFn)>;
             pub struct Tensor { _private: [u8; 0] }
             pub struct TensorIdle { _private: [u8; 0] }
             #[repr(C)] pub struct TensorInner { pub dtype: TensorDType }
             #[repr(C)] pub struct TensorOptions { pub struct_size: u32, pub inner: [TensorInner; 2] }
             #[repr(C)] pub struct TensorUnused { pub struct_size: u32, pub other: TensorOther }
             #[no_mangle] pub extern \"C\" fn tensor_a(options: *const TensorOptions, body: TensorLoopFn) {}",
        )
        .unwrap();
        source.drop_unused();
        let names = |list: &[Alias]| list.iter().map(|alias| alias.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&source.aliases), ["TensorDType", "TensorBodyFn", "TensorLoopFn"]);
        assert_eq!(
            source.records.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
            ["TensorInner", "TensorOptions"]
        );
        assert_eq!(source.handles.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Tensor"]);
    }

    #[test]
    fn items_are_gathered() {
        let source = Source::of(
            "/// A number.
             pub type TensorDType = i32;
             /// Called
             /// once.
             ///
             /// Really.
             pub type TensorReleaseFn = Option<unsafe extern \"C\" fn(data: *mut c_void)>;
             pub struct Tensor { _private: [u8; 0] }
             #[repr(C)] pub struct TensorDevice { pub r#type: i32 }
             pub(crate) const TENSOR_HIDDEN: i32 = 1;
             pub const TENSOR_X: i32 = -1;
             #[cfg(test)] mod tests { pub const TENSOR_Y: i32 = 1; }
             #[unsafe(no_mangle)] #[must_use] pub unsafe extern \"C\" fn tensor_a(x: *const Tensor) -> TensorStatus { 0 }
             pub fn tensor_helper() {}",
        )
        .unwrap();
        assert_eq!(source.constants.iter().map(|c| (c.name.as_str(), c.value)).collect::<Vec<_>>(), [("TENSOR_X", -1)]);
        assert_eq!(source.aliases[1].doc, "Called once.\n\nReally.");
        assert!(source.is_callback(&Ty::name("TensorReleaseFn")) && source.is_handle(&Ty::name("Tensor")));
        assert_eq!(source.records[0].fields[0].name, "type");
        assert_eq!(source.functions.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["tensor_a"]);
        assert!(source.functions[0].must_use);
    }
}
