#!/bin/bash
set -euo pipefail

# npm run build leaves the site in public.
docker run --rm -v "$PWD:/site" -w /site node:8 npm run build

docker build -t example/site .
rm -rf public
