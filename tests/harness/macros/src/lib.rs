//! The `#[check]` attribute: turns a function of a suite into a test that explains its failures.

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

/// Makes a test of `fn NAME(scene: &mut Scene) { … }`.
///
/// The function's name and the text of its doc comment are handed to the harness, which prints the text as the
/// idea of a failed check. The suite must have called `harness::lab!` at its root.
#[proc_macro_attribute]
pub fn check(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(name) = function_name(&tokens) else {
        return "compile_error!(\"#[check] stands before a function\");".parse().unwrap_or_default();
    };
    let idea = doc_text(&tokens);
    let call = format!(
        "#[test] fn {name}() {{ ::harness::check::run(&crate::LAB, {}, {}, body); }}",
        Literal::string(&name),
        Literal::string(&idea)
    );
    // The function itself moves into the test as `body`, with its own spans, so that a compile error
    // in a suite points at the suite.
    let renamed: TokenStream = rename(tokens, &name).into_iter().collect();
    let mut test: Vec<TokenTree> = call.parse::<TokenStream>().unwrap_or_default().into_iter().collect();
    if let Some(TokenTree::Group(block)) = test.pop() {
        let mut inside = renamed;
        inside.extend(block.stream());
        test.push(TokenTree::Group(Group::new(Delimiter::Brace, inside)));
    }
    test.into_iter().collect()
}

/// The identifier after the first `fn`.
fn function_name(tokens: &[TokenTree]) -> Option<String> {
    tokens.windows(2).find_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] if keyword.to_string() == "fn" => {
            Some(name.to_string())
        }
        _ => None,
    })
}

/// The lines of `#[doc = "…"]`, joined; an empty doc line starts a new paragraph.
fn doc_text(tokens: &[TokenTree]) -> String {
    let mut lines = Vec::new();
    for pair in tokens.windows(2) {
        let [TokenTree::Punct(hash), TokenTree::Group(group)] = pair else { continue };
        if hash.as_char() != '#' {
            continue;
        }
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        if let [TokenTree::Ident(doc), TokenTree::Punct(_), TokenTree::Literal(text)] = &inner[..] {
            if doc.to_string() == "doc" {
                lines.push(unescape(&text.to_string()));
            }
        }
    }
    let mut text = String::new();
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            text.push('\n');
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim().to_string()
}

/// The value of a string literal as rustc prints a doc comment: quotes, and `\\`, `\"`, `\'` inside.
fn unescape(literal: &str) -> String {
    let inner = literal.trim_start_matches('r').trim_matches('"');
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        text.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    text
}

/// The same tokens, the function's name replaced by `body`.
fn rename(tokens: Vec<TokenTree>, name: &str) -> Vec<TokenTree> {
    let mut after_fn = false;
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if after_fn && ident.to_string() == name => {
                after_fn = false;
                TokenTree::Ident(Ident::new("body", Span::call_site()))
            }
            TokenTree::Ident(ident) => {
                after_fn = ident.to_string() == "fn";
                TokenTree::Ident(ident)
            }
            other => other,
        })
        .collect()
}
