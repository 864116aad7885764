// In the browser, in place of Node's modules that libheif-js names but only needs in Node.
module.exports = {}
