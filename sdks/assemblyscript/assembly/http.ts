// HTTP requests and responses: for servers (`onRequest`) and clients (`send`, `get`).

import { handle } from "./actor";
import { Request as RequestMessage, Response as ResponseMessage } from "./contracts/http";
import { decode } from "./message";
import { Result } from "./result";
import { Target } from "./target";

/** An HTTP request. */
export class Request extends RequestMessage {
  /** Returns the value of a header, compared without regard to case, or `null`. */
  headerValue(name: string): string | null {
    return find(this.header, name);
  }

  /** The body as a text. */
  text(): string {
    return String.UTF8.decodeUnsafe(this.body.dataStart, this.body.length);
  }

  /** Sets a header. */
  withHeader(name: string, value: string): Request {
    this.header.set(name.toLowerCase(), value);
    return this;
  }

  /** Sets the body. */
  withText(body: string): Request {
    this.body = Uint8Array.wrap(String.UTF8.encode(body));
    return this;
  }
}

/** An HTTP response. */
export class Response extends ResponseMessage {
  /** Returns a response without headers or body. */
  static status(code: u32): Response {
    const response = new Response();
    response.statusCode = code;
    response.status = reason(code);
    return response;
  }

  /** Returns a response with the status 200 and plain text. */
  static text(body: string): Response {
    return Response.status(200).withBody("text/plain; charset=utf-8", body);
  }

  /** Returns a response with the status 200 and JSON, which is already a text. */
  static json(body: string): Response {
    return Response.status(200).withBody("application/json", body);
  }

  /** Returns the value of a header, compared without regard to case, or `null`. */
  headerValue(name: string): string | null {
    return find(this.header, name);
  }

  /** Sets a header. */
  withHeader(name: string, value: string): Response {
    this.header.set(name.toLowerCase(), value);
    return this;
  }

  /** Sets the body and its `content-type`. */
  withBody(contentType: string, body: string): Response {
    this.body = Uint8Array.wrap(String.UTF8.encode(body));
    return this.withHeader("content-type", contentType);
  }

  /** The body as a text. */
  bodyText(): string {
    return String.UTF8.decodeUnsafe(this.body.dataStart, this.body.length);
  }
}

/** Handles requests of `wascc:http_server`. */
export function onRequest(handler: (request: Request) => Result<Response>): void {
  handle<Request, Response>("HandleRequest", handler);
}

/** Returns a request for a complete URL. */
export function request(method: string, url: string): Request {
  const request = new Request();
  request.method = method;
  request.path = url;
  return request;
}

/** Sends a request through `wascc:http_client`. Every status is a response. */
export function send(request: Request, binding: string = "default"): Result<Response> {
  const answer = new Target("wascc:http_client", binding).call("PerformRequest", request);
  return answer.isErr ? answer.forward<Response>() : decode<Response>(answer.value);
}

/** Sends a request with the method `GET` through `wascc:http_client`. */
export function get(url: string): Result<Response> {
  return send(request("GET", url));
}

function find(header: Map<string, string>, name: string): string | null {
  const wanted = name.toLowerCase();
  const names = header.keys();
  for (let i = 0; i < names.length; i++) {
    if (names[i].toLowerCase() == wanted) return header.get(names[i]);
  }
  return null;
}

function reason(code: u32): string {
  if (code == 200) return "OK";
  if (code == 201) return "Created";
  if (code == 204) return "No Content";
  if (code == 400) return "Bad Request";
  if (code == 401) return "Unauthorized";
  if (code == 403) return "Forbidden";
  if (code == 404) return "Not Found";
  if (code == 405) return "Method Not Allowed";
  if (code == 500) return "Internal Server Error";
  if (code == 502) return "Bad Gateway";
  return "";
}
