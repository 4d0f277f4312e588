/** The OpenAPI 3.1 document of the admin API, made from the table of routes and the schemas that validate. */

import { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { eventShape, problemShape, pulseShape } from './api-schema.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'The request is malformed.',
  401: 'The bearer token is missing or wrong.',
  403: 'Not from there.',
  413: 'The body is too large.',
  421: 'The Host header is not one of this API.',
  429: 'Too many requests; Retry-After says when.',
  503: 'The node is loading or cannot do this now.',
};

/** Routes that do not speak JSON: path, operation, summary, content type. */
const PLAIN_ROUTES = [
  ['/healthz', 'healthz', 'The process runs.', 'text/plain'],
  ['/readyz', 'readyz', 'The node answers DNS; 503 before that and while it stops.', 'text/plain'],
  ['/metrics', 'metrics', 'Prometheus text format.', 'text/plain'],
  ['/openapi.json', 'openapi', 'This document.', 'application/json'],
  ['/api/v1/events', 'events', 'Server-sent events; Last-Event-ID says where to go on.', 'text/event-stream'],
] as const;

/** The document, plain data. */
export function buildOpenApi(routes: readonly ApiRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  for (const [path, operationId, summary, type] of PLAIN_ROUTES) {
    paths[path] = {
      get: { operationId, summary, responses: { 200: { description: summary, content: { [type]: {} } } } },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Meridian admin API', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      // What comes in the stream of events.
      schemas: { Event: jsonSchema(eventShape, 'output'), Pulse: jsonSchema(pulseShape, 'output') },
    },
  };
}

function operationOf({ method, path, operation, summary, query, body, answers, isQuestion }: ApiRoute): object {
  const responses: Record<string, object> = {};
  for (const [status, schema] of Object.entries(answers)) {
    responses[status] = {
      description: summary,
      content: { 'application/json': { schema: jsonSchema(schema, 'output') } },
    };
  }
  const problem = { 'application/json': { schema: jsonSchema(problemShape, 'output') } };
  for (const [status, description] of Object.entries(PROBLEMS)) responses[status] ??= { description, content: problem };
  const parameters = [...pathParameters(path), ...queryParameters(query)];
  return {
    operationId: operation,
    summary,
    ...(method === 'GET' || isQuestion ? {} : { security: [{ token: [] }, {}] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses,
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
}

function queryParameters(query: z.ZodType): object[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
