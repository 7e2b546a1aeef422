FROM golang:1.10-alpine AS builder
RUN apk add --no-cache git
WORKDIR /go/src/example.com/orders
COPY . .

# Both programs and the migrations that they carry.
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -ldflags "-X main.version=$VERSION" -o /out/api ./cmd/api \
 && CGO_ENABLED=0 go build -ldflags "-X main.version=$VERSION" -o /out/worker ./cmd/worker

FROM alpine:3.8

COPY --from=builder /out/worker /usr/local/bin/
COPY migrations /srv/migrations
USER nobody
CMD ["worker", "--migrate"]
