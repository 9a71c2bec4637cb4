window.onload = function () {
  // What the Authorize dialogue holds goes with each request of "Try it out". Swagger UI would do so by itself only for
  // operations that declare `security`, which the published operation does not; it documents the header instead.
  function withCredentials(request) {
    if (request.loadSpec) {
      return request;
    }
    const authorized = window.ui.authSelectors.authorized();
    const token = authorized.getIn(["bearerToken", "value"]);
    const business = authorized.getIn(["businessId", "value"]);
    if (token) {
      request.headers["Authorization"] = "Bearer " + token;
    }
    if (business) {
      request.headers["x-business-id"] = business;
    }
    return request;
  }

  // The documented header is no field to fill in: Swagger UI would not send what is entered there.
  function CredentialsByAuthorize(system) {
    const element = system.React.createElement;
    const note = "Press Authorize above: it sends this header and x-business-id.";
    return {
      wrapComponents: {
        parameterRow: (Row) => (properties) => {
          const parameter = properties.param;
          if (parameter.get("in") !== "header" || parameter.get("name") !== "authorization") {
            return element(Row, properties);
          }
          return element("tr", { "data-param-name": "authorization", "data-param-in": "header" },
            element("td", { className: "parameters-col_name" },
              element("div", { className: "parameter__name" }, "authorization"),
              element("div", { className: "parameter__in" }, "(header)")),
            element("td", { className: "parameters-col_description" },
              element("div", { className: "markdown" }, element("p", null, note))));
        },
      },
    };
  }

  window.ui = SwaggerUIBundle({
    urls: [
      { name: "All operations", url: "/openapi.json" },
      { name: "The published operation alone", url: "/openapi/revoke-token.json" },
    ],
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    requestInterceptor: withCredentials,
    onComplete: function () {
      document.title = window.ui.specSelectors.info().get("title") + " – API";
    },
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, CredentialsByAuthorize],
    layout: "StandaloneLayout",
  });
};
