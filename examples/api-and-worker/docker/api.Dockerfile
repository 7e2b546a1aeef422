FROM alpine:3.8

RUN apk add --no-cache ca-certificates
COPY dist/api /usr/local/bin/orders-api
COPY config/api.yml /etc/orders/
EXPOSE 8080
ENTRYPOINT ["orders-api"]
