const fs = require("fs");

fs.mkdirSync("public");
fs.writeFileSync("public/index.html", "<h1>" + fs.readFileSync("title.txt", "utf8").trim() + "</h1>\n");
