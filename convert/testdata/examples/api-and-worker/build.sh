#!/bin/sh
# Builds and pushes the images of the orders service: ./build.sh
set -e
cd "$(dirname "$0")"

REGISTRY=registry.example.com/orders
VERSION=1.4.2

# pack the images
docker build --build-arg VERSION=$VERSION -t $REGISTRY/api:$VERSION -f docker/api.Dockerfile .
docker build --build-arg VERSION=$VERSION -t $REGISTRY/worker:$VERSION -f docker/worker.Dockerfile .

docker push $REGISTRY/api:$VERSION
docker push $REGISTRY/worker:$VERSION
