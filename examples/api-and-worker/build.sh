#!/bin/sh
# Builds and pushes the images of the orders service: ./build.sh
set -e
cd "$(dirname "$0")"

REGISTRY=registry.example.com/orders
VERSION=1.4.2

# compile the programs
docker build -t orders-build --build-arg VERSION=$VERSION -f Dockerfile.build .
docker create --name orders-extract orders-build
rm -rf dist
mkdir -p dist
docker cp orders-extract:/out/api dist/api
docker cp orders-extract:/out/worker dist/worker
docker rm orders-extract

# pack the images
docker build -t $REGISTRY/api:$VERSION -f docker/api.Dockerfile .
docker build -t $REGISTRY/worker:$VERSION -f docker/worker.Dockerfile .
rm -rf dist
docker rmi orders-build

docker push $REGISTRY/api:$VERSION
docker push $REGISTRY/worker:$VERSION
