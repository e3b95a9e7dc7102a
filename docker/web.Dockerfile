# Dashboard. Build from the project's folder: docker build -f docker/web.Dockerfile .
FROM node:24-bookworm-slim AS build
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/web/package.json apps/web/
COPY packages/core/package.json packages/core/
COPY test/package.json test/
RUN npm ci --workspace @anamnesis/web --include-workspace-root --no-audit --no-fund
COPY tsconfig.base.json ./
COPY apps/api/schema.graphql apps/api/
COPY apps/web apps/web
RUN cd apps/web && npx next build

FROM node:24-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY --from=build --chown=node:node /app /app
USER node
WORKDIR /app/apps/web
EXPOSE 3000
STOPSIGNAL SIGTERM
CMD ["npx", "next", "start", "--hostname", "0.0.0.0", "--port", "3000"]
