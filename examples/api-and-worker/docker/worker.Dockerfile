FROM alpine:3.8

COPY dist/worker /usr/local/bin/
COPY migrations /srv/migrations
USER nobody
CMD ["worker", "--migrate"]
