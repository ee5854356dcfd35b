# The service without the embedded database: give it a DATABASE_URL. See compose.yaml for a whole setup.
FROM node:22.21.1-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Nothing that we use needs the install scripts of packages.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node bin/release.mjs /release

FROM node:22.21.1-bookworm-slim
ENV HOST=0.0.0.0 PORT=4000 WAYBILL_DATA_DIR=/data
WORKDIR /waybill
COPY --from=build /release .
# The key ring, unless WAYBILL_KEYS holds it, and stored files. Every process needs the same.
RUN install -d -o node -g node -m 700 /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/waybill.mjs"]
CMD ["serve"]
