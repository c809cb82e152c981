#!/usr/bin/env bash
# Build static/vendor/ again after a version in package.json was changed: needs Node 20 and npm.
# What is committed is the result; installing and running grader needs neither.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/package.json" "$here/editor.js" "$work/"
cd "$work"
npm install --no-audit --no-fund --no-package-lock --silent

rm -rf "$out"
mkdir -p "$out/codemirror" "$out/katex/fonts"
npx esbuild editor.js --bundle --format=iife --global-name=graderEditor --minify --target=es2020 \
  --legal-comments=none --outfile="$out/codemirror/editor.js"
cp node_modules/codemirror/LICENSE "$out/codemirror/LICENSE"

cp node_modules/katex/LICENSE node_modules/katex/dist/katex.min.js "$out/katex/"
# every browser that runs the pages reads woff2: the other two formats are left out
sed -E 's/,url\(fonts\/[^)]*\.(woff|ttf)\) format\("(woff|truetype)"\)//g' \
  node_modules/katex/dist/katex.min.css >"$out/katex/katex.min.css"
cp node_modules/katex/dist/fonts/*.woff2 "$out/katex/fonts/"

cd "$out"
{
  echo "# Built by ../../vendor/build.sh from the versions in ../../vendor/package.json."
  find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum
} >SHA256SUMS
