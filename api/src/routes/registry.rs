//! What each route asks of its caller. A route comes into being together with its entry, and a request without an
//! entry is not served: none can be forgotten.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State as From};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, options};
use axum::{Router, http::header};
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, Required, ResponseBuilder, Type};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use yoban_domain::grant::{Action, Asks, ever};

use super::idempotency::{self, Repeats};
use crate::auth::{Auth, Caller};
use crate::problem::ApiError;
use crate::state::State;

/// The name under which the contract tells the action of a route.
const IN_CONTRACT: &str = "x-yoban-action";

struct Entry {
    method: Method,
    path: String,
    asks: Asks,
}

/// Routes with what each asks.
pub(super) struct Routes {
    router: OpenApiRouter<State>,
    entries: Vec<Entry>,
}

impl Routes {
    pub(super) fn new(document: OpenApi) -> Self {
        Self { router: OpenApiRouter::with_openapi(document), entries: Vec::new() }
    }

    /// A route for those who may do `action`.
    pub(super) fn of(self, action: Action, route: UtoipaMethodRouter<State>) -> Self {
        self.add(Asks::Of(action), route)
    }

    /// A route for everybody, and why.
    pub(super) fn open(self, why: &'static str, route: UtoipaMethodRouter<State>) -> Self {
        self.add(Asks::Nothing(why), route)
    }

    fn add(mut self, asks: Asks, (schemas, mut paths, handler): UtoipaMethodRouter<State>) -> Self {
        for (path, item) in &mut paths.paths {
            let operations = [
                (Method::GET, &mut item.get),
                (Method::PUT, &mut item.put),
                (Method::POST, &mut item.post),
                (Method::DELETE, &mut item.delete),
                (Method::PATCH, &mut item.patch),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    say(operation, asks);
                    if method == Method::POST {
                        say_once(operation);
                    }
                    self.entries.push(Entry { method, path: path.clone(), asks });
                }
            }
        }
        self.router = self.router.routes((schemas, paths, handler));
        self
    }

    /// The document, and the router behind its gate.
    pub(super) fn finish(self) -> (Gated, OpenApi) {
        let (router, document) = self.router.split_for_parts();
        (Gated { router, entries: self.entries }, document)
    }
}

/// A router whose gate needs only the keys.
pub(super) struct Gated {
    router: Router<State>,
    entries: Vec<Entry>,
}

impl Gated {
    /// The document itself, for everybody.
    pub(super) fn with_document(mut self, path: &str, text: String) -> Self {
        let handler: MethodRouter<State> = get(move || {
            let text = text.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], text) }
        });
        self.router = self.router.route(path, handler);
        let asks = Asks::Nothing("the contract is public");
        self.entries.push(Entry { method: Method::GET, path: path.to_owned(), asks });
        self
    }

    /// `OPTIONS` on these paths, for everybody.
    pub(super) fn with_options<H: Handler<T, State>, T: 'static>(
        mut self,
        why: &'static str,
        paths: &[&str],
        handler: H,
    ) -> Self {
        for path in paths {
            self.router = self.router.route(path, options(handler.clone()));
            let (method, path) = (Method::OPTIONS, (*path).to_owned());
            self.entries.push(Entry { method, path, asks: Asks::Nothing(why) });
        }
        self
    }

    /// Closes the gate: from here on every request is asked what its route asks, and every POST is answered once per key.
    pub(super) fn guarded(self, auth: Arc<Auth>, repeats: Repeats) -> Router<State> {
        let gate = Gate { auth, entries: self.entries.into(), repeats: Arc::new(repeats) };
        self.router.route_layer(from_fn_with_state(gate, guard))
    }
}

/// The contract says it too. What asks for nothing needs no token.
fn say(operation: &mut Operation, asks: Asks) {
    let (name, value) = match asks {
        Asks::Of(action) => (IN_CONTRACT, serde_json::json!(action)),
        Asks::Nothing(why) => {
            operation.security = Some(Vec::new());
            ("x-yoban-open", serde_json::json!(why))
        }
    };
    operation.extensions.get_or_insert_default().merge(Extensions::from_iter([(name, value)]));
}

/// What holds for every POST.
fn say_once(operation: &mut Operation) {
    let header = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(200))))
        .description(Some(idempotency::STATEMENT));
    operation.parameters.get_or_insert_default().push(header.build().into());
    let reused = ResponseBuilder::new().description("The key was used with another body").content(
        "application/problem+json",
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
    );
    operation.responses.responses.entry("422".to_owned()).or_insert_with(|| reused.build().into());
}

#[derive(Clone)]
struct Gate {
    auth: Arc<Auth>,
    entries: Arc<[Entry]>,
    repeats: Arc<Repeats>,
}

impl Gate {
    fn asks(&self, method: &Method, path: Option<&MatchedPath>) -> Option<Asks> {
        // A question for the head alone is a question for the whole.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let path = path?.as_str();
        self.entries.iter().find(|e| e.method == method && e.path == path).map(|e| e.asks)
    }

    /// What a path is for, for the answer to any other method.
    fn allowed(&self, path: Option<&MatchedPath>) -> Vec<&str> {
        let here = self.entries.iter().filter(|e| path.is_some_and(|path| e.path == path.as_str()));
        here.flat_map(|e| if e.method == Method::GET { vec!["GET", "HEAD"] } else { vec![e.method.as_str()] })
            .collect()
    }

    /// The answer to a request that is not let in.
    fn refusal(&self, request: &mut Request) -> Option<Response> {
        let path = request.extensions().get::<MatchedPath>();
        let Some(asks) = self.asks(request.method(), path) else {
            let allowed = self.allowed(path).join(",");
            return Some(if allowed.is_empty() {
                ApiError::Internal("a route without an entry in the registry").into_response()
            } else {
                (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)]).into_response()
            });
        };
        self.admit(asks, request).err().map(IntoResponse::into_response)
    }

    fn admit(&self, asks: Asks, request: &mut Request) -> Result<(), ApiError> {
        match asks {
            Asks::Nothing(_) => Ok(()),
            Asks::Of(action) => {
                let caller = Caller::identify(&self.auth, request.headers())?;
                ever(&caller.actor, action).map_err(|_| ApiError::NotFound)?;
                request.extensions_mut().insert(caller);
                Ok(())
            }
        }
    }
}

async fn guard(From(gate): From<Gate>, mut request: Request, next: Next) -> Response {
    match gate.refusal(&mut request) {
        None => gate.repeats.pass(request, next).await,
        Some(answer) => answer,
    }
}
