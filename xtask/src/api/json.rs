//! JSON text with the order kept and short things on one line, so that a difference reads well.

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    /// A number as it is to be written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

const WIDTH: usize = 120;

impl Json {
    pub fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    pub fn number(number: impl std::fmt::Display) -> Json {
        Json::Number(number.to_string())
    }

    pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Json {
        Json::List(texts.into_iter().map(Json::text).collect())
    }

    /// The member of an object.
    #[cfg(test)]
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out.push('\n');
        out
    }

    fn compact(&self) -> String {
        match self {
            Json::Null => "null".into(),
            Json::Bool(truth) => truth.to_string(),
            Json::Number(number) => number.clone(),
            Json::Text(text) => quoted(text),
            Json::List(items) => format!("[{}]", items.iter().map(Json::compact).collect::<Vec<_>>().join(", ")),
            Json::Object(members) => {
                let members: Vec<_> = members.iter().map(|(k, v)| format!("{}: {}", quoted(k), v.compact())).collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    fn write(&self, column: usize, out: &mut String) {
        let compact = self.compact();
        let (open, close, lines): (_, _, Vec<(String, &Json)>) = match self {
            Json::List(items) => ('[', ']', items.iter().map(|item| (String::new(), item)).collect()),
            Json::Object(members) => ('{', '}', members.iter().map(|(k, v)| (format!("{}: ", quoted(k)), v)).collect()),
            _ => return out.push_str(&compact),
        };
        if lines.is_empty() || column > 2 && column + compact.len() <= WIDTH {
            return out.push_str(&compact);
        }
        out.push(open);
        for (i, (key, value)) in lines.iter().enumerate() {
            out.push_str(if i == 0 { "\n" } else { ",\n" });
            out.push_str(&" ".repeat(column + 2));
            out.push_str(key);
            value.write(column + 2, out);
        }
        out.push('\n');
        out.push_str(&" ".repeat(column));
        out.push(close);
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_quotes_are_kept() {
        let json = Json::Object(vec![
            ("z".into(), Json::List(vec![Json::number(1), Json::Null])),
            ("a".into(), Json::text("say \"so\"\n")),
        ]);
        assert_eq!(json.compact(), r#"{"z": [1, null], "a": "say \"so\"\n"}"#);
        let back: serde_json::Value = serde_json::from_str(&json.pretty()).unwrap();
        assert_eq!(back["a"], "say \"so\"\n");
    }
}
