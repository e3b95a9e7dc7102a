import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { AnamnesisError } from '@anamnesis/core/contracts'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer'
import { expressMiddleware } from '@as-integrations/express5'
import cors from 'cors'
import express, { type NextFunction, type Request, type Response } from 'express'
import { type DocumentNode, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { type Context, makeContext, type Services } from '../graphql/context.ts'
import { presentError } from '../graphql/errors.ts'
import { limitRules, limits } from '../graphql/limits.ts'
import { makeSchema } from '../graphql/schema.ts'
import { version } from '../version.ts'
import { makeAccess } from './access.ts'
import { figureImage } from './figures.ts'
import { testImage } from './testImages.ts'

const MAX_BODY = 1024 * 1024

/** A server that answers. */
export interface RunningServer extends AsyncDisposable {
  url: string
  port: number
  close(): Promise<void>
}

/** Serves /graphql (HTTP and WebSocket), /figures, /tests and /health. @throws PORT_IN_USE */
export async function serve(services: Services): Promise<RunningServer> {
  const { env, log } = services
  const access = makeAccess(env)
  const schema = makeSchema()
  const app = express()
  const server = createServer(app)
  const requestIds = new AsyncLocalStorage<string>()
  const sockets = serveSockets(services, schema, server, access)

  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [...limitRules],
    stopOnTerminationSignals: false,
    formatError: (_, error) => presentError(error, requestIds.getStore() ?? '', log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(), // the default page loads scripts from elsewhere
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 2000 }),
      { serverWillStart: async () => ({ drainServer: () => sockets.close() }) },
    ],
  })
  await apollo.start()

  app.disable('x-powered-by')
  app.use((request, response, next) => {
    response.set('x-content-type-options', 'nosniff')
    if (!access.hostAllowed(request)) {
      response.status(403).json(refusal(`Host "${request.headers.host}" is not served here. Name it in API_HOSTS.`))
    } else if (!access.originAllowed(request)) {
      response
        .status(403)
        .json(refusal(`Pages of ${request.headers.origin} may not use this API. Name it in WEB_ORIGINS.`))
    } else next()
  })
  app.use(cors({ origin: (origin, done) => done(null, access.isOrigin(origin)), maxAge: 600 }))
  app.get('/health', async (_request, response) => {
    const database = await services.db.$queryRaw`select 1`.then(
      () => true,
      () => false,
    )
    response
      .status(database ? 200 : 503)
      .json({ status: database ? 'ok' : 'no database', version, ready: services.setup.ready })
  })
  app.get('/figures/:corpus/:file', figureImage(services.catalog))
  app.get('/tests/:task/:file', testImage(env.home))
  app.use(
    '/graphql',
    express.json({ limit: MAX_BODY }),
    (_request: Request, response: Response, next: NextFunction) => {
      const id = randomUUID()
      response.set('x-request-id', id)
      requestIds.run(id, next)
    },
    expressMiddleware(apollo, { context: async () => makeContext(services, requestIds.getStore() ?? randomUUID()) }),
  )
  app.use((_request, response) => {
    response
      .status(404)
      .json({ code: 'NOT_FOUND', message: 'This server answers at /graphql, /figures, /tests and /health.' })
  })
  app.use((error: { status?: number; type?: string }, _request: Request, response: Response, _next: NextFunction) => {
    const status = error.status ?? 500
    if (status >= 500) log.error({ err: error }, 'request failed')
    const tooLarge = error.type === 'entity.too.large'
    const code = tooLarge ? 'TOO_LARGE' : status < 500 ? 'BAD_INPUT' : 'INTERNAL'
    const message = tooLarge
      ? `The body is larger than ${MAX_BODY} bytes.`
      : status < 500
        ? 'The request cannot be read: send JSON.'
        : 'Something went wrong on the server. Its log says more.'
    response.status(status).json({ errors: [{ message, extensions: { code } }] })
  })

  await listen(server, env.apiHost, env.apiPort)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : env.apiPort
  const close = () => apollo.stop()
  return { url: `http://localhost:${port}`, port, close, [Symbol.asyncDispose]: close }
}

function refusal(message: string) {
  return { errors: [{ message, extensions: { code: 'NOT_ALLOWED' } }] }
}

/** Subscriptions over the graphql-transport-ws protocol, under the same limits as HTTP. */
function serveSockets(
  services: Services,
  schema: GraphQLSchema,
  server: Server,
  access: ReturnType<typeof makeAccess>,
): { close(): Promise<void> } {
  const { log } = services
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY })
  server.on('upgrade', (request, socket, head) => {
    const pathname = (request.url ?? '/').split('?', 1)[0] // not new URL(): a hostile path would throw here
    const status =
      pathname !== '/graphql'
        ? '404 Not Found'
        : access.hostAllowed(request) && access.originAllowed(request)
          ? null
          : '403 Forbidden'
    if (status) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
      return
    }
    wss.handleUpgrade(request, socket, head, (client) => wss.emit('connection', client, request))
  })
  const rules = [...specifiedRules, ...limitRules]
  const served = useServer(
    {
      context: () => makeContext(services, randomUUID()),
      onSubscribe: (_ctx, _id, { query, variables, operationName }) => {
        let document: DocumentNode
        try {
          document = parse(query, { maxTokens: limits.tokens })
        } catch (error) {
          return [error as never]
        }
        const errors = validate(schema, document, rules)
        if (errors.length > 0) return errors
        const contextValue = makeContext(services, randomUUID())
        return {
          schema,
          document,
          variableValues: variables ?? undefined,
          operationName: operationName ?? undefined,
          contextValue,
        }
      },
      onError: (_ctx, _id, _payload, errors) => errors.map((error) => presentError(error, randomUUID(), log)),
      onNext: (_ctx, _id, _payload, _args, result) =>
        result.errors
          ? { ...result, errors: result.errors.map((error) => presentError(error, randomUUID(), log)) as never }
          : undefined,
    },
    wss,
    15_000,
  )
  return {
    async close() {
      await served.dispose()
      wss.close()
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const text = `Port ${port} is in use. Free it, or choose another one: API_PORT=${port + 1} npm start`
      reject(new AnamnesisError('PORT_IN_USE', text, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}
