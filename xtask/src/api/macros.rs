//! The macros and inline functions of the header, which a binding has to write anew.
use super::json::Json;
use super::roles::Entry;

pub fn of(after_includes: &str, trailer: &str, version: &str) -> Json {
    let mut numbers = version.split(['.', '-', '+']);
    let mut out = Vec::new();
    let mut doc = String::new();
    let mut lines = after_includes.lines().chain(trailer.lines()).peekable();
    while let Some(line) = lines.next() {
        if let Some(start) = line.strip_prefix("/**") {
            doc = comment(start, &mut lines);
        } else if let Some(definition) = line.strip_prefix("#define ") {
            let end = definition.find([' ', '(']).unwrap_or(definition.len());
            let (name, rest) = definition.split_at(end);
            let entry = Entry::new().text("name", name);
            let entry = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                Some((arguments, _)) => entry.with("parameters", Json::texts(arguments.split(',').map(str::trim))),
                None => entry,
            };
            let entry = match rest.trim() {
                "\"@VERSION@\"" => entry.text("value", version),
                rest if rest.starts_with("@VERSION_") => {
                    entry.with("value", Json::number(numbers.next().unwrap_or("0")))
                }
                _ => entry,
            };
            // The _INIT macros are told with their structs.
            if !name.ends_with("_INIT") && name != "TENDON_MUST_USE" {
                out.push(entry.text("doc", std::mem::take(&mut doc)).json());
            }
        } else if let Some(rest) = line.strip_prefix("static inline ") {
            let declaration = rest.trim_end_matches(['{', ' ']);
            let head = declaration.split('(').next().unwrap_or("");
            let name = head.rsplit([' ', '*']).next().unwrap_or("");
            let entry = Entry::new().text("name", name).text("inline", declaration);
            out.push(entry.text("doc", std::mem::take(&mut doc)).json());
        }
    }
    Json::List(out)
}

fn comment<'a>(start: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    if let Some((text, _)) = start.split_once("*/") {
        return text.trim().to_string();
    }
    let mut text = start.trim().to_string();
    for line in lines.take_while(|line| !line.contains("*/")) {
        text = format!("{text} {}", line.trim_start_matches([' ', '*'])).trim().to_string();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_and_inline_functions_are_listed() {
        let json = of(
            "#define TENDON_VERSION_MAJOR @VERSION_MAJOR@\n#define TENDON_VERSION_STRING \"@VERSION@\"",
            "/**\n * Runs\n * it.\n */\n#define TENSOR_TRY(call) \\\n  x\n#define TENSOR_A_INIT {1}\n\
             /** A device. */\nstatic inline TensorDevice tensor_of(int32_t i) {\n}",
            "3.1.4",
        );
        let Json::List(items) = json else { panic!() };
        let names: Vec<_> = items.iter().map(|item| item.get("name").unwrap().clone()).collect();
        assert_eq!(
            Json::List(names),
            Json::texts(["TENDON_VERSION_MAJOR", "TENDON_VERSION_STRING", "TENSOR_TRY", "tensor_of"])
        );
        assert_eq!(items[0].get("value"), Some(&Json::number(3)));
        assert_eq!(items[1].get("value"), Some(&Json::text("3.1.4")));
        assert_eq!(items[2].get("doc"), Some(&Json::text("Runs it.")));
        assert_eq!(items[3].get("inline"), Some(&Json::text("TensorDevice tensor_of(int32_t i)")));
    }
}
