//! `LogQL`: what selects lines is read here, what counts them is read as the `PromQL` that it looks like.

use promql_parser::label::Matchers;
use promql_parser::parser::{self, Expr};
use promql_parser::util::unquote_string;
use regex_lite::Regex;

use super::Labels;
use super::evaluate::matches;

/// `{app="evalap"} |= "error"`.
#[derive(Debug)]
pub(super) struct Selector {
    matchers: Matchers,
    filters: Vec<Filter>,
}

#[derive(Debug)]
enum Filter {
    Has(String),
    Lacks(String),
    Matches(Regex),
    Differs(Regex),
}

/// A query of either sort.
#[derive(Debug)]
pub(super) enum LogQuery {
    /// The lines themselves.
    Lines(Selector),
    /// What is counted from them. Each selector stands in the expression under the name of [`placeholder`].
    Counted(Expr, Vec<Selector>),
}

/// The name under which the `n`th selector is a metric.
pub(super) fn placeholder(n: usize) -> String {
    format!("{PLACEHOLDER}{n}__")
}

const PLACEHOLDER: &str = "__lines_";

/// Whether a metric stands for lines.
pub(super) fn is_placeholder(name: &str) -> bool {
    name.starts_with(PLACEHOLDER)
}

impl Selector {
    pub(super) fn selects(&self, labels: &Labels) -> bool {
        matches(&self.matchers, None, labels)
    }

    pub(super) fn keeps(&self, line: &str) -> bool {
        self.filters.iter().all(|filter| match filter {
            Filter::Has(text) => line.contains(text),
            Filter::Lacks(text) => !line.contains(text),
            Filter::Matches(regex) => regex.is_match(line),
            Filter::Differs(regex) => !regex.is_match(line),
        })
    }
}

pub(super) fn parse(query: &str) -> Result<LogQuery, String> {
    let (mut rest, mut expression, mut selectors) = (query.trim(), String::new(), Vec::new());
    while let Some(start) = rest.find(['{', '"', '`', '\'']) {
        if !rest[start..].starts_with('{') {
            let (_, after) = quoted(&rest[start..])?;
            expression.push_str(&rest[..rest.len() - after.len()]);
            rest = after;
            continue;
        }
        let (selector, after) = selector(&rest[start..])?;
        expression.push_str(&rest[..start]);
        rest = after.trim_start();
        if rest.is_empty() && expression.trim().is_empty() && selectors.is_empty() {
            return Ok(LogQuery::Lines(selector));
        }
        if !rest.starts_with('[') {
            return Err(format!("parse error: a time such as [5m] is expected before {rest:?}"));
        }
        expression.push_str(&placeholder(selectors.len()));
        selectors.push(selector);
    }
    expression.push_str(rest);
    Ok(LogQuery::Counted(parser::parse(&expression).map_err(|why| format!("parse error: {why}"))?, selectors))
}

/// Reads `{…}` and the filters behind it.
fn selector(text: &str) -> Result<(Selector, &str), String> {
    let mut rest = &text[1..];
    loop {
        let end =
            rest.find(['}', '"', '`', '\'']).ok_or("parse error: a selector lacks its closing brace")?;
        if rest[end..].starts_with('}') {
            rest = &rest[end + 1..];
            break;
        }
        rest = quoted(&rest[end..])?.1;
    }
    let matchers = match parser::parse(&text[..text.len() - rest.len()]) {
        Ok(Expr::VectorSelector(selector)) => selector.matchers,
        Ok(_) => return Err("parse error: a selector is expected".into()),
        Err(why) => return Err(format!("parse error: {why}")),
    };
    let mut filters = Vec::new();
    loop {
        let next = rest.trim_start();
        let Some(operator) = ["|=", "!=", "|~", "!~"].into_iter().find(|operator| next.starts_with(operator))
        else {
            if next.starts_with('|') {
                let stage: String = next.chars().take(20).collect();
                return Err(format!("the emulator knows filters of lines (|=, !=, |~, !~), not {stage:?}"));
            }
            return Ok((Selector { matchers, filters }, rest));
        };
        let (value, after) = quoted(next[2..].trim_start())?;
        let regex = || Regex::new(&value).map_err(|error| format!("parse error: {error}"));
        filters.push(match operator {
            "|=" => Filter::Has(value),
            "!=" => Filter::Lacks(value),
            "|~" => Filter::Matches(regex()?),
            _ => Filter::Differs(regex()?),
        });
        rest = after;
    }
}

/// A text in quotes, and what is behind it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let refused = || format!("parse error: a quoted text is expected, found {text:.20?}");
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '`' | '\'')).ok_or_else(refused)?;
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' && quote != '`' {
            escaped = true;
        } else if character == quote {
            let (inside, after) = text.split_at(at + 1);
            return Ok((unquote_string(inside).map_err(|_| refused())?, after));
        }
    }
    Err(refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_has_filters() {
        let query = r#"{app="a}b", env!~"prod.*"} |= "err}or" != `de\bug` |~ "code=5.." "#;
        let LogQuery::Lines(selector) = parse(query).unwrap() else { panic!("lines are asked for") };
        let labels = |env: &str| Labels::from([("app".into(), "a}b".into()), ("env".into(), env.into())]);
        assert!(selector.selects(&labels("staging")) && !selector.selects(&labels("production")));
        assert!(selector.keeps("an err}or code=503") && !selector.keeps("an err}or code=503 de\\bug"));
        assert!(!selector.keeps("an err}or code=404"));
    }

    #[test]
    fn what_counts_is_an_expression_with_selectors_in_it() {
        let query = r#"sum by (app) (count_over_time({app="a"} |= "x" [5m])) / rate({app="b"}[1h]) > 0.5"#;
        let LogQuery::Counted(expression, selectors) = parse(query).unwrap() else { panic!("it counts") };
        assert_eq!(selectors.len(), 2);
        assert!(expression.to_string().contains("__lines_1__[1h]"), "{expression}");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for query in
            [r#"{app="a"} | json"#, r#"{app="a"#, "count_over_time({}[5m])", r#"rate({app="a"})"#, "{"]
        {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
