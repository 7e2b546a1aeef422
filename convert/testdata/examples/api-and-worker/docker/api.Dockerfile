FROM golang:1.10-alpine AS builder
RUN apk add --no-cache git
WORKDIR /go/src/example.com/orders
COPY . .

# Both programs and the migrations that they carry.
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -ldflags "-X main.version=$VERSION" -o /out/api ./cmd/api \
 && CGO_ENABLED=0 go build -ldflags "-X main.version=$VERSION" -o /out/worker ./cmd/worker

FROM alpine:3.8

RUN apk add --no-cache ca-certificates
COPY --from=builder /out/api /usr/local/bin/orders-api
COPY config/api.yml /etc/orders/
EXPOSE 8080
ENTRYPOINT ["orders-api"]
